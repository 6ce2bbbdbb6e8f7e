package io.kindred.cluster.ring;

import io.kindred.cluster.membership.ChangeRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The rings of the last prefixes of the fold: the target ring, which all records lead to, and those before it, in which
 * partitions may still be served while data moves.
 *
 * <p>A record that comes last in the order of the fold costs one step of it. One that belongs further forward has what is
 * behind it folded again.
 */
public final class RingHistory {
    /** So many rings before the target are kept: more changes than that at once are served by whoever holds the data. */
    static final int KEPT_MAX = 32;

    private final int partitions;
    private List<ChangeRecord> folded = List.of();
    /** The newest last. The one at index i is that of all but {@code rings.size() - 1 - i} of the records. */
    private List<Ring> rings;

    public RingHistory(int partitions) {
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
        // The rings that are kept begin with the one of the first folded.size() + 1 - rings.size() records.
        int kept = same - (folded.size() + 1 - rings.size());
        List<Ring> now = new ArrayList<>(kept >= 0 ? rings.subList(0, kept + 1) : List.of(Ring.empty(partitions)));
        for (ChangeRecord record : records.subList(kept >= 0 ? same : 0, records.size())) {
            now.add(Claim.apply(now.get(now.size() - 1), record));
            if (now.size() > KEPT_MAX + 1) {
                now.remove(0);
            }
        }
        rings = List.copyOf(now);
        folded = List.copyOf(records);
        return true;
    }

    /** Forgets the rings before the target: every partition is where the target has it. */
    public void settle() {
        if (before() > 0) {
            rings = List.of(target());
        }
    }
}
