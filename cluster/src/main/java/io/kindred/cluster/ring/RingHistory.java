package io.kindred.cluster.ring;

import io.kindred.cluster.membership.ChangeRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The rings of the last prefixes of the fold: the target ring, which all records lead to, and those before it, in which
 * partitions may still be served while data moves.
 *
 * <p>A record that comes last in the order of the fold costs one step of it. One that belongs further forward has what is
 * behind it folded again, from the ring of an earlier prefix that was kept for it. Such a ring outlives the node's stop, as a
 * {@link FoldedRing}, so that a start costs a hundred steps or so, however many records there are.
 */
public final class RingHistory {
    /** So many rings before the target are kept: more changes than that at once are served by whoever holds the data. */
    static final int KEPT_MAX = 32;

    /** The ring of each prefix whose length is a multiple of it is kept until a later one will do. */
    static final int MARK_EVERY = 64;

    private final int partitions;
    private List<ChangeRecord> folded = List.of();
    /** The newest last. The one at index i is that of all but {@code rings.size() - 1 - i} of the records. */
    private List<Ring> rings;
    /** By the length of a prefix, its ring. All but one are younger than the rings that are kept. */
    private final TreeMap<Integer, Ring> marks = new TreeMap<>();

    private List<FoldedRing> stored;
    private @Nullable FoldedRing lastFolded;

    public RingHistory(int partitions) {
        this(partitions, List.of());
    }

    /** @param stored rings of earlier lives, of whatever records */
    public RingHistory(int partitions, List<FoldedRing> stored) {
        this.stored = stored;
        this.partitions = partitions;
        this.rings = List.of(Ring.empty(partitions));
    }

    /** The ring of all records. */
    public Ring target() {
        return rings.get(rings.size() - 1);
    }

    /** How many rings before the target there are. */
    public int before() {
        return rings.size() - 1;
    }

    /** All of them, the target last; the same list as long as none of them changes. */
    public List<Ring> rings() {
        return rings;
    }

    /** Those that are in any of the rings. */
    public Set<Long> nodes() {
        Set<Long> nodes = new TreeSet<>();
        rings.forEach(ring -> nodes.addAll(ring.nodes()));
        return nodes;
    }

    /** The ring without the last {@code back} records; 0: the target. */
    public Ring back(int back) {
        return rings.get(rings.size() - 1 - back);
    }

    /**
     * Folds these records; true if they are others than before.
     *
     * @param records in their order, each once
     */
    public boolean fold(List<ChangeRecord> records) {
        if (records.equals(folded)) {
            return false;
        }
        int same = 0;
        while (same < folded.size() && same < records.size() && folded.get(same).equals(records.get(same))) {
            same++;
        }
        marks.tailMap(same, false).clear();
        if (folded.isEmpty()) {
            takeStored(records);
        }
        // The rings that are kept begin with the one of the first folded.size() + 1 - rings.size() records.
        int kept = same - (folded.size() + 1 - rings.size());
        boolean goesOn = kept >= 0 && !folded.isEmpty();
        Map.Entry<Integer, Ring> mark = marks.floorEntry(records.size() - KEPT_MAX);
        int from = goesOn ? same : mark == null ? 0 : mark.getKey();
        List<Ring> now = new ArrayList<>(
                goesOn ? rings.subList(0, kept + 1) : List.of(mark == null ? Ring.empty(partitions) : mark.getValue()));
        for (int i = from; i < records.size(); i++) {
            Ring next = Claim.apply(now.get(now.size() - 1), records.get(i));
            now.add(next);
            if (now.size() > KEPT_MAX + 1) {
                now.remove(0);
            }
            if ((i + 1) % MARK_EVERY == 0) {
                marks.put(i + 1, next);
            }
        }
        rings = List.copyOf(now);
        folded = List.copyOf(records);
        Integer oldest = marks.floorKey(records.size() - KEPT_MAX);
        if (oldest != null) {
            marks.headMap(oldest).clear();
        }
        return true;
    }

    /** Once: what is folded from then on has marks of its own. */
    private void takeStored(List<ChangeRecord> records) {
        for (FoldedRing ring : stored) {
            boolean mayBe = ring.records() <= records.size() && ring.ring().partitions() == partitions;
            if (mayBe && ring.isOf(records.subList(0, ring.records()))) {
                marks.put(ring.records(), ring.ring());
                lastFolded = ring;
            }
        }
        stored = List.of();
    }

    /** What a start could begin with; null: there are too few records for it. The same one until there is a later one. */
    public @Nullable FoldedRing folded() {
        Map.Entry<Integer, Ring> mark = marks.floorEntry(folded.size() - KEPT_MAX);
        if (mark == null) {
            return null;
        }
        FoldedRing last = lastFolded;
        if (last == null || last.records() != mark.getKey() || !last.ring().equals(mark.getValue())) {
            last = FoldedRing.of(folded.subList(0, mark.getKey()), mark.getValue());
            lastFolded = last;
        }
        return last;
    }

    /** Forgets the rings before the target: every partition is where the target has it. */
    public void settle() {
        if (before() > 0) {
            rings = List.of(target());
        }
    }
}
