package io.kindred.cluster.transfer;

import io.kindred.cluster.membership.HeldPartitions;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/** A change that does not come forward is somebody's business: says what it waits for, now and then. */
final class TransferStall {
    private static final long STALL_NANOS = 10_000_000_000L;

    private final TransferCluster in;
    private final OwnPartitions own;
    private final PartitionSources sources;
    private final Consumer<String> operator;
    private long progressNanos;
    private int leftBefore;

    /**
     * What there is to do.
     *
     * @param asked the peers that an exchange is under way with
     * @param later those that are asked again later
     */
    record Left(
            Map<Integer, Partners> fetching,
            Set<Integer> parting,
            Set<Integer> foreign,
            Set<Long> asked,
            Set<Long> later) {
        int size() {
            return fetching.size() + parting.size() + foreign.size();
        }
    }

    TransferStall(TransferCluster in, OwnPartitions own, PartitionSources sources, Consumer<String> operator) {
        this.in = in;
        this.own = own;
        this.sources = sources;
        this.operator = operator;
    }

    void note(long now, Left left) {
        if (left.size() != leftBefore || left.size() == 0) {
            leftBefore = left.size();
            progressNanos = now;
        } else if (now - progressNanos >= STALL_NANOS) {
            progressNanos = now;
            operator.accept(left.fetching().size() + " partitions to fetch and "
                    + (left.parting().size() + left.foreign().size()) + " to give away wait for " + waitsFor(left));
        }
    }

    private String waitsFor(Left left) {
        TreeSet<String> names = new TreeSet<>();
        if (!left.fetching().isEmpty()) {
            for (long member : in.liveMembers()) {
                if (member != in.self() && !in.confirms(member)) {
                    names.add(in.nameOf(member) + " to hear of the change");
                }
            }
        }
        left.asked().forEach(peer -> names.add("an exchange with " + in.nameOf(peer)));
        left.later().forEach(peer -> names.add("another try with " + in.nameOf(peer)));
        left.fetching().forEach((partition, with) -> {
            List<Long> holders = sources.holders(partition);
            for (long holder : own.isDoubted() ? sources.withOwners(partition, holders) : holders) {
                if (!with.has(holder)) {
                    names.add(in.nameOf(holder) + (in.isGone(holder) ? ", which is gone" : ""));
                }
            }
        });
        left.parting().forEach(partition -> addUnready(partition, names));
        left.foreign().forEach(partition -> addUnready(partition, names));
        return String.join("; ", names);
    }

    private void addUnready(int partition, TreeSet<String> names) {
        for (long owner : in.serving().of(partition).target()) {
            HeldPartitions holding = in.holding(owner);
            if (holding == null || !holding.holds(partition)) {
                names.add(in.nameOf(owner) + " to hold it");
            }
        }
    }
}
