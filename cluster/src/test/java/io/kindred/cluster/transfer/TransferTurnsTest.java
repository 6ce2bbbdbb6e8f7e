package io.kindred.cluster.transfer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.kindred.cluster.membership.ChangeRecord;
import io.kindred.cluster.membership.Holding;
import io.kindred.cluster.quorum.Clocks;
import io.kindred.cluster.ring.RingHistory;
import io.kindred.cluster.version.HybridClock;
import java.util.BitSet;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A node that joins another one, which cannot give it everything yet. */
class TransferTurnsTest {
    private static final int PARTITIONS = 64;
    private static final long SELF = 2;
    private static final long OTHER = 1;
    private static final long SECOND_NANOS = 1_000_000_000L;

    private final Clocks clocks = new Clocks(new HybridClock(500));
    private final Disk disk = new Disk();
    private final OwnHolding own = new OwnHolding(SELF, OwnHolding.Stored.nothing(PARTITIONS), disk, clocks::nextStamp);
    private final ServingMap serving = new ServingMap(PARTITIONS, 2);
    private final World world = new World();
    /** Which an exchange does not make equal. */
    private final TreeSet<Integer> stuck = new TreeSet<>();

    private final TransferCore transfer = new TransferCore(world, own, new Exchanges(), SECOND_NANOS);

    /** Takes everything at once. */
    private static final class Disk implements OwnHolding.Disk {
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

    private final class Exchanges implements TransferCore.Work {
        @Override
        public void exchange(long peer, Collection<Integer> partitions, TransferCore.Exchanged told) {
            TreeSet<Integer> done = new TreeSet<>(partitions);
            done.removeAll(stuck);
            told.ended(done, Set.of());
        }

        @Override
        public void delete(int partition, Consumer<Boolean> done) {
            throw new AssertionError("nothing is given away");
        }

        @Override
        public void changed() {}

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

    private final class World implements TransferCore.Surroundings {
        @Override
        public long self() {
            return SELF;
        }

        @Override
        public ServingMap serving() {
            return serving;
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
        public boolean isInRing(long node) {
            return true;
        }

        @Override
        public List<Long> formers(int partition) {
            return List.of();
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
            return List.of(OTHER, SELF);
        }

        @Override
        public @Nullable Holding holding(long node) {
            return node == SELF ? own.told() : new Holding(OTHER, 1, true, new long[] {-1L});
        }
    }

    @Test
    void whatCannotBeHadKeepsBackNothingElse() {
        RingHistory history = new RingHistory(PARTITIONS);
        history.fold(List.of(
                ChangeRecord.join(OTHER, 100, OTHER, 1.0, ChangeRecord.Site.NONE),
                ChangeRecord.join(SELF, 200, SELF, 1.0, ChangeRecord.Site.NONE)));
        BitSet touched = serving.use(history, world);
        for (int partition = 0; partition < 2 * TransferCore.CHUNK_PARTITIONS; partition++) {
            stuck.add(partition);
        }
        clocks.advance(SECOND_NANOS, 0);
        transfer.follow(touched);
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
