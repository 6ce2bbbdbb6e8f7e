package io.kindred.cluster.transfer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.kindred.cluster.Seeds;
import io.kindred.cluster.membership.ChangeRecord;
import io.kindred.cluster.membership.HeldPartitions;
import io.kindred.cluster.quorum.Route;
import io.kindred.cluster.ring.RingHistory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Whoever reads meets whoever writes, whatever of the changes either has heard of. */
class ServingMapTest {
    private static final int Q = 16;
    private static final int N = 3;
    private static final int QUORUM = 2;
    private static final int OBSERVERS = 4;

    /** What is, and what each of some observers has heard of it. */
    private static final class World {
        final Random random;
        final RingHistory target = new RingHistory(Q);
        final TreeSet<ChangeRecord> records = new TreeSet<>();
        /** By node, all that it has ever told, the newest last. */
        final List<List<HeldPartitions>> told = new ArrayList<>();

        final List<Observer> observers = new ArrayList<>();
        long stamp = 100;

        World(Random random, int nodes) {
            this.random = random;
            for (int i = 0; i < OBSERVERS; i++) {
                observers.add(new Observer(this));
            }
            for (int i = 0; i < nodes; i++) {
                join();
            }
            while (moveOne()) {
                observers.forEach(Observer::hearAll);
            }
            observers.forEach(Observer::hearAll);
            observers.forEach(
                    observer -> assertEquals(0, observer.serving.view().unsettled()));
        }

        void join() {
            told.add(new ArrayList<>(List.of(new HeldPartitions(told.size() + 1L, 1, true, new long[] {0}))));
            decide(ChangeRecord.join(1, ++stamp, told.size(), 1.0, ChangeRecord.Site.NONE));
        }

        void leave(long node) {
            decide(ChangeRecord.leave(1, ++stamp, node));
        }

        /** By then all have heard what the changes before it have come to. */
        private void decide(ChangeRecord record) {
            observers.forEach(Observer::hearAll);
            records.add(record);
            target.fold(List.copyOf(records));
            observers.forEach(observer -> observer.hear(List.copyOf(records)));
        }

        boolean holds(long node, int partition) {
            return now(node).holds(partition);
        }

        HeldPartitions now(long node) {
            List<HeldPartitions> its = told.get((int) node - 1);
            return its.get(its.size() - 1);
        }

        long[] owners(int partition) {
            return target.target().preferenceList(partition, N).ids();
        }

        boolean isOwner(long node, int partition) {
            return Arrays.stream(owners(partition)).anyMatch(id -> id == node);
        }

        /** A node comes to hold a partition, or gives one up as soon as all of its owners hold it. False: all is done. */
        boolean moveOne() {
            List<int[]> moves = new ArrayList<>();
            for (int partition = 0; partition < Q; partition++) {
                int at = partition;
                boolean heldByAll = Arrays.stream(owners(partition)).allMatch(id -> holds(id, at));
                for (int node = 1; node <= told.size(); node++) {
                    boolean comes = isOwner(node, partition) && !holds(node, partition);
                    boolean goes = heldByAll && !isOwner(node, partition) && holds(node, partition);
                    if (comes || goes) {
                        moves.add(new int[] {node, partition});
                    }
                }
            }
            if (moves.isEmpty()) {
                return false;
            }
            int[] move = moves.get(random.nextInt(moves.size()));
            HeldPartitions before = now(move[0]);
            told.get(move[0] - 1).add(new HeldPartitions(move[0], before.version() + 1, true, new long[] {
                before.word(0) ^ 1L << move[1]
            }));
            return true;
        }
    }

    private static final class Observer implements Holdings {
        final World world;
        final RingHistory history = new RingHistory(Q);
        final ServingMap serving = new ServingMap(Q, N);
        /** By node, how much of what it has told has come here. */
        final List<Integer> heard = new ArrayList<>();

        Observer(World world) {
            this.world = world;
        }

        void hear(List<ChangeRecord> records) {
            while (heard.size() < world.told.size()) {
                heard.add(0);
            }
            history.fold(records);
            use();
        }

        void hearOf(int node) {
            int newest = world.told.get(node).size() - 1;
            heard.set(node, heard.get(node) + world.random.nextInt(newest - heard.get(node) + 1));
            use();
        }

        void hearAll() {
            while (heard.size() < world.told.size()) {
                heard.add(0);
            }
            for (int node = 0; node < heard.size(); node++) {
                heard.set(node, world.told.get(node).size() - 1);
            }
            use();
        }

        private void use() {
            serving.use(history, this);
            if (serving.view().unsettled() == 0) {
                history.settle();
            }
        }

        @Override
        public List<Long> members() {
            List<Long> all = new ArrayList<>();
            for (long node = 1; node <= heard.size(); node++) {
                all.add(node);
            }
            return all;
        }

        @Override
        public HeldPartitions holding(long node) {
            return world.told.get((int) node - 1).get(heard.get((int) node - 1));
        }
    }

    @Test
    void everyReadMeetsEveryWrite() {
        Seeds.each(300, "ServingMapTest#everyReadMeetsEveryWrite", random -> {
            World world = new World(random, 4);
            int changes = 1 + random.nextInt(3);
            for (int step = 0; step < 150; step++) {
                if (changes > 0 && random.nextInt(20) == 0) {
                    changes--;
                    change(world);
                }
                world.moveOne();
                for (Observer observer : world.observers) {
                    if (random.nextInt(3) == 0) {
                        observer.hearOf(random.nextInt(world.told.size()));
                    }
                }
                checkAll(world);
            }
        });
    }

    @Test
    void aViewThatWasGivenAwayStaysAsItWas() {
        Seeds.each(20, "ServingMapTest#aViewThatWasGivenAwayStaysAsItWas", random -> {
            World world = new World(random, 1);
            Observer observer = world.observers.get(0);
            ServingView before = observer.serving.view();
            List<ServingMap.Nodes> were = nodes(before);
            world.join();
            observer.hearAll();
            assertEquals(were, nodes(before));
            assertNotEquals(were, nodes(observer.serving.view()));
        });
    }

    private static List<ServingMap.Nodes> nodes(ServingView view) {
        return IntStream.range(0, Q).mapToObj(view::of).toList();
    }

    private static void change(World world) {
        List<Long> nodes = List.copyOf(world.target.target().nodes());
        if (nodes.size() > N + 1 && world.random.nextInt(3) == 0) {
            world.leave(nodes.get(world.random.nextInt(nodes.size())));
        } else {
            world.join();
        }
    }

    private static void checkAll(World world) {
        for (int partition = 0; partition < Q; partition++) {
            for (Observer writer : world.observers) {
                for (Observer reader : world.observers) {
                    check(
                            world,
                            partition,
                            writer.serving.view().of(partition),
                            reader.serving.view().of(partition));
                }
            }
        }
    }

    /** Of all nodes that a write may come to without missing its quorums, and all that a read may be answered by. */
    private static void check(World world, int partition, ServingMap.Nodes write, ServingMap.Nodes read) {
        for (int answered = 0; answered < 1 << read.serving(); answered++) {
            if (Integer.bitCount(answered) != QUORUM) {
                continue;
            }
            long readers = 0;
            boolean allHold = true;
            for (int i = 0; i < read.serving(); i++) {
                if ((answered >> i & 1) != 0) {
                    readers |= 1L << read.writers()[i];
                    allHold &= world.holds(read.writers()[i], partition);
                }
            }
            // The most that is acknowledged without any of those.
            if (allHold && isWritten(world, partition, write, ~readers)) {
                throw new AssertionError("partition " + partition + ": a write over " + text(write)
                        + " is not seen by a read of " + Long.toBinaryString(readers >> 1) + " of " + text(read));
            }
        }
    }

    /** Whether a write that only these nodes acknowledge is acknowledged to the client. */
    private static boolean isWritten(World world, int partition, ServingMap.Nodes write, long nodes) {
        int[][] sets = write.sets();
        if (sets == null) {
            sets = new int[][] {new int[write.writers().length]};
            Arrays.setAll(sets[0], i -> i);
        }
        for (int set = 0; set < sets.length; set++) {
            int acknowledged = 0;
            int needed = QUORUM;
            for (int place : sets[set]) {
                boolean givenUp = place == Route.GIVEN_UP;
                // It may refuse, as far as its own view of the ring goes.
                boolean refuses = !givenUp
                        && set < sets.length - 1
                        && !world.holds(write.writers()[place], partition)
                        && !world.isOwner(write.writers()[place], partition);
                needed -= givenUp || refuses ? 1 : 0;
                acknowledged += !givenUp && !refuses && (nodes >> write.writers()[place] & 1) != 0 ? 1 : 0;
            }
            if (acknowledged < needed) {
                return false;
            }
        }
        return true;
    }

    private static String text(ServingMap.Nodes nodes) {
        return Arrays.toString(nodes.writers()) + ", " + nodes.serving() + " serving, sets "
                + Arrays.deepToString(nodes.sets());
    }
}
