package io.kindred.cluster.transfer;

import io.kindred.cluster.membership.HeldPartitions;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What each node held at one time: quick to ask for every partition, and to compare with what they hold later. */
final class HoldingsThen implements Holdings {
    static final HoldingsThen NOBODY = new HoldingsThen(List.of(), Map.of());

    private final List<Long> members;
    /** Of the members and of those that were asked for besides; null as in {@link Holdings#holding}. In no order. */
    private final Map<Long, @Nullable HeldPartitions> holdings;

    private HoldingsThen(List<Long> members, Map<Long, @Nullable HeldPartitions> holdings) {
        this.members = members;
        this.holdings = holdings;
    }

    /** @param others who need not be members and may be asked for */
    static HoldingsThen of(Holdings held, Iterable<Long> others) {
        List<Long> members = List.copyOf(held.members());
        Map<Long, @Nullable HeldPartitions> holdings = new HashMap<>();
        members.forEach(member -> holdings.put(member, held.holding(member)));
        others.forEach(node -> holdings.put(node, held.holding(node)));
        return new HoldingsThen(members, holdings);
    }

    @Override
    public List<Long> members() {
        return members;
    }

    @Override
    public @Nullable HeldPartitions holding(long node) {
        HeldPartitions holding = holdings.get(node);
        if (holding == null && !holdings.containsKey(node)) {
            throw new IllegalArgumentException("it is neither a member nor in a ring: " + Long.toHexString(node));
        }
        return holding;
    }

    /** Adds the partitions that somebody holds and did not, or the other way; false: it may be any. */
    boolean addDifferences(HoldingsThen before, BitSet touched) {
        if (!members.equals(before.members) || !holdings.keySet().equals(before.holdings.keySet())) {
            return false;
        }
        for (Map.Entry<Long, @Nullable HeldPartitions> entry : holdings.entrySet()) {
            HeldPartitions now = entry.getValue();
            HeldPartitions then = before.holdings.get(entry.getKey());
            if (now == then) {
                continue;
            }
            if (now == null || then == null) {
                return false;
            }
            addDifferences(now, then, touched);
        }
        return true;
    }

    private static void addDifferences(HeldPartitions now, HeldPartitions then, BitSet touched) {
        for (int at = 0; at < Math.max(now.words(), then.words()); at++) {
            long word = (at < now.words() ? now.word(at) : 0) ^ (at < then.words() ? then.word(at) : 0);
            for (; word != 0; word &= word - 1) {
                touched.set(at * Long.SIZE + Long.numberOfTrailingZeros(word));
            }
        }
    }
}
