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
 *
 * <p>Once every partition is where the target has it, no ring before that one serves again, whoever loses what it held: it
 * is kept over a stop, too, and a start goes back no further.
 *
 * <p>The fold begins with the ring of a {@link Checkpoint}, or with that of nobody. A later checkpoint takes the place of
 * the first records; the rings of what is behind it stay as they are.
 */
public final class RingHistory {
    /** So many rings before the target are kept: more changes than that at once are served by whoever holds the data. */
    static final int KEPT_MAX = 32;

    /** The ring of each prefix whose length is a multiple of it is kept until a later one will do. */
    static final int MARK_EVERY = 64;

    private final int partitions;
    private Checkpoint.Base base = Checkpoint.Base.NONE;
    private List<ChangeRecord> folded = List.of();
    /**
     * The newest last. The one at index i is that of all but {@code rings.size() - 1 - i} of the records, some of which may
     * be behind the checkpoint by now.
     */
    private List<Ring> rings;
    /** By the length of a prefix, its ring. All but one are younger than the rings that are kept. */
    private final TreeMap<Integer, Ring> marks = new TreeMap<>();

    private List<FoldedRing> stored;
    private @Nullable FoldedRing lastFolded;
    /** The last target that was settled, where some of the records have led to it. */
    private @Nullable FoldedRing settled;

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
     * Folds these records; true if they have changed.
     *
     * @param records in their order, each once
     */
    public boolean fold(List<ChangeRecord> records) {
        return fold(base, records);
    }

    /**
     * The same from another ring on.
     *
     * @param beginning of a higher stamp than the one before: it stands for the very records that were folded up to then
     */
    public boolean fold(Checkpoint.Base beginning, List<ChangeRecord> records) {
        boolean isOther = !beginning.equals(base);
        if (isOther) {
            rebase(beginning);
        }
        if (records.equals(folded)) {
            return isOther;
        }
        int same = 0;
        while (same < folded.size() && same < records.size() && folded.get(same).equals(records.get(same))) {
            same++;
        }
        marks.tailMap(same, false).clear();
        FoldedRing rest = settled;
        if (rest != null && rest.records() > same) {
            settled = null;
        }
        if (folded.isEmpty()) {
            takeStored(records);
        }
        // The rings that are kept begin with the one of the first folded.size() + 1 - rings.size() records.
        int kept = same - (folded.size() + 1 - rings.size());
        boolean goesOn = kept >= 0 && !folded.isEmpty();
        List<Ring> now = new ArrayList<>();
        int from = same;
        if (goesOn) {
            now.addAll(rings.subList(0, kept + 1));
        } else {
            from = begin(records.size(), now);
        }
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

    /** Adds the ring that a fold of so many records begins with; returns how many have led to it. */
    private int begin(int records, List<Ring> now) {
        Map.Entry<Integer, Ring> mark = marks.floorEntry(records - KEPT_MAX);
        FoldedRing rest = settled;
        if (rest != null && (mark == null || mark.getKey() <= rest.records())) {
            now.add(rest.ring());
            return rest.records();
        }
        now.add(mark == null ? first() : mark.getValue());
        return mark == null ? 0 : mark.getKey();
    }

    private void rebase(Checkpoint.Base from) {
        boolean goesOn = from.stamp() > base.stamp() && !folded.isEmpty();
        int dropped = 0;
        while (goesOn && dropped < folded.size() && folded.get(dropped).stamp() <= from.stamp()) {
            dropped++;
        }
        TreeMap<Integer, Ring> earlier = new TreeMap<>(marks.tailMap(dropped, false));
        marks.clear();
        base = from;
        lastFolded = null;
        FoldedRing rest = settled;
        settled = null;
        if (goesOn) {
            folded = folded.subList(dropped, folded.size());
            if (rest != null && rest.records() > dropped) {
                settled = FoldedRing.of(base.hash(), folded.subList(0, rest.records() - dropped), rest.ring(), true);
            }
            for (Map.Entry<Integer, Ring> mark : earlier.entrySet()) {
                marks.put(mark.getKey() - dropped, mark.getValue());
            }
        } else {
            folded = List.of();
            rings = List.of(first());
        }
    }

    private Ring first() {
        Ring ring = base.ring();
        return ring == null ? Ring.empty(partitions) : ring;
    }

    /** Once: what is folded from then on has marks of its own. */
    private void takeStored(List<ChangeRecord> records) {
        for (FoldedRing ring : stored) {
            boolean mayBe = ring.records() <= records.size() && ring.ring().partitions() == partitions;
            if (mayBe && ring.isOf(base.hash(), records.subList(0, ring.records()))) {
                if (ring.isSettled()) {
                    settled = ring;
                } else {
                    marks.put(ring.records(), ring.ring());
                    lastFolded = ring;
                }
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
            last = FoldedRing.of(base.hash(), folded.subList(0, mark.getKey()), mark.getValue(), false);
            lastFolded = last;
        }
        return last;
    }

    /** What a start need not go back behind; null: nothing was settled, or by the checkpoint's own ring. */
    public @Nullable FoldedRing settled() {
        return settled;
    }

    /** Forgets the rings before the target: every partition is where the target has it. */
    public void settle() {
        if (before() > 0) {
            rings = List.of(target());
        }
        FoldedRing last = settled;
        if (!folded.isEmpty() && (last == null || last.records() != folded.size())) {
            settled = FoldedRing.of(base.hash(), folded, target(), true);
        }
    }
}
