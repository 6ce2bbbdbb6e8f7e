package io.kindred.cluster.transfer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kindred.cluster.membership.ChangeRecord;
import io.kindred.cluster.membership.HeldPartitions;
import io.kindred.cluster.quorum.Clocks;
import io.kindred.cluster.ring.RingHistory;
import io.kindred.cluster.version.HybridClock;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What cannot be done with a peer yet keeps nothing back that can. */
class TransferTurnsTest {
    private static final int PARTITIONS = 64;
    private static final long SELF = 2;
    private static final long OTHER = 1;
    private static final long SECOND_NANOS = 1_000_000_000L;

    private final Clocks clocks = new Clocks(new HybridClock(500));
    private final Disk disk = new Disk();
    private final OwnPartitions own =
            new OwnPartitions(SELF, OwnPartitions.Stored.nothing(PARTITIONS), disk, clocks::nextStamp);
    private ServingMap serving = new ServingMap(PARTITIONS, 2);
    private List<Long> members = List.of(OTHER, SELF);
    private List<ChangeRecord> records = List.of();
    private final World world = new World();
    /** Which an exchange does not make equal. */
    private final TreeSet<Integer> stuck = new TreeSet<>();
    /** Of which the other one has not been met. */
    private final TreeSet<Integer> unmet = new TreeSet<>();

    private final TransferCore transfer = new TransferCore(world, own, new Exchanges(), SECOND_NANOS);

    /** Takes everything at once. */
    private static final class Disk implements OwnPartitions.Disk {
        @Override
        public void putDoubt(boolean isDoubted) {}

        @Override
        public void putHeld(int word, long bits) {}

        @Override
        public void putPresent(int word, long bits) {}

        @Override
        public void putVersion(long version, boolean hasJoined) {}

        @Override
        public void barrier(Consumer<Boolean> done) {
            done.accept(true);
        }
    }

    private final class Exchanges implements TransferWork {
        @Override
        public void exchange(long peer, Collection<Integer> partitions, boolean isTaking, TransferWork.Exchanged told) {
            TreeSet<Integer> done = new TreeSet<>(partitions);
            done.removeAll(stuck);
            told.ended(done, Set.of(), Set.of());
        }

        @Override
        public void delete(int partition, Consumer<Boolean> done) {
            done.accept(true);
        }

        @Override
        public void changed() {
            follow();
        }

        @Override
        public boolean isPurging(int partition) {
            return false;
        }

        @Override
        public void emptied(int partition) {}

        @Override
        public void await(int partition, List<Long> formers, Consumer<Boolean> told) {
            throw new AssertionError("all holders are there");
        }

        @Override
        public void note(String line) {}
    }

    private final class World implements TransferCluster {
        @Override
        public long self() {
            return SELF;
        }

        @Override
        public ServingView serving() {
            return serving.view();
        }

        @Override
        public String nameOf(long node) {
            return "n" + node;
        }

        @Override
        public Clocks clocks() {
            return clocks;
        }

        @Override
        public boolean isGone(long node) {
            return false;
        }

        @Override
        public boolean hasDeparted(long node) {
            return false;
        }

        @Override
        public boolean isInRing(long node) {
            return true;
        }

        @Override
        public List<Long> formers(int partition) {
            return unmet.contains(partition) ? List.of(OTHER) : List.of();
        }

        @Override
        public List<Long> liveMembers() {
            return members();
        }

        @Override
        public List<Long> nearMembers() {
            return members();
        }

        @Override
        public List<ServingMap.Nodes> elsewhere(int partition) {
            return List.of();
        }

        @Override
        public boolean confirms(long node) {
            return true;
        }

        @Override
        public boolean isForgotten() {
            return false;
        }

        @Override
        public List<Long> members() {
            return members;
        }

        @Override
        public @Nullable HeldPartitions holding(long node) {
            return node == SELF ? own.told() : new HeldPartitions(OTHER, 1, true, new long[] {-1L});
        }
    }

    private static ChangeRecord join(long node, long stamp) {
        return ChangeRecord.join(node, stamp, node, 1.0, ChangeRecord.Site.NONE);
    }

    private void follow() {
        RingHistory history = new RingHistory(PARTITIONS);
        history.fold(records);
        transfer.follow(serving.use(history, world));
    }

    /** The other one has come after this one, owns half of it, and cannot be met for one partition that it had before. */
    @Test
    void whoIsMetInVainIsGivenWhatIsItsOwn() {
        serving = new ServingMap(PARTITIONS, 1);
        members = List.of(SELF);
        records = List.of(join(SELF, 100));
        follow();
        runForSeconds(5);
        assertEquals(0, transfer.fetchingCount());

        members = List.of(OTHER, SELF);
        records = List.of(join(SELF, 100), join(OTHER, 200));
        follow();
        int kept = 0;
        while (serving.view().of(kept).target()[0] != SELF) {
            kept++;
        }
        unmet.add(kept);
        stuck.add(kept);
        follow();
        runForSeconds(1);
        assertTrue(transfer.partingCount() > 0, "nothing is given away");
        runForSeconds(600);
        assertEquals(0, transfer.partingCount());
    }

    @Test
    void whatCannotBeHadKeepsBackNothingElse() {
        records = List.of(join(OTHER, 100), join(SELF, 200));
        for (int partition = 0; partition < 2 * ExchangeChunks.PARTITIONS_MAX; partition++) {
            stuck.add(partition);
        }
        clocks.advance(SECOND_NANOS, 0);
        follow();
        assertEquals(PARTITIONS, transfer.fetchingCount());
        runForSeconds(20);
        assertEquals(stuck.size(), transfer.fetchingCount());

        stuck.clear();
        runForSeconds(10);
        assertEquals(0, transfer.fetchingCount());
    }

    private void runForSeconds(int seconds) {
        for (int i = 0; i < 10 * seconds; i++) {
            clocks.advance(clocks.nanos() + SECOND_NANOS / 10, 0);
            transfer.onTick();
        }
    }
}
