package io.kindred.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kindred.cluster.message.Operation;
import io.kindred.cluster.message.Outcome;
import io.kindred.cluster.message.QuorumSpec;
import io.kindred.cluster.message.Reply;
import io.kindred.resp.Seeds;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class KeyOrderTest {
    private static final long HERE = 1;
    private static final long THERE = 2;
    private static final Outcome DONE = new Outcome.Updated(Reply.OK);

    private final KeyOrder order = new KeyOrder();
    private final HeldPort port = new HeldPort();
    private final List<String> answered = new ArrayList<>();

    /** Holds every operation until the test ends it. Reads and puts are coordinated here, updates where it says. */
    private static final class HeldPort implements KeyPort {
        final List<String> running = new ArrayList<>();
        final List<OutcomeCallback> callbacks = new ArrayList<>();
        boolean local;
        boolean immediate;
        long updates = THERE;

        @Override
        public void execute(Operation operation, QuorumSpec quorum, OutcomeCallback callback) {
            running.add(name(operation));
            callbacks.add(callback);
            if (immediate) {
                callback.done(DONE);
            }
        }

        @Override
        public boolean isLocal() {
            return local;
        }

        @Override
        public long coordinatorOf(Operation operation) {
            return operation instanceof Operation.Update ? updates : HERE;
        }

        void end(int index) {
            callbacks.get(index).done(DONE);
        }

        private static String name(Operation operation) {
            String kind = operation.getClass().getSimpleName().toLowerCase(Locale.ROOT);
            return kind + " " + operation.db() + " " + new String(operation.key(), StandardCharsets.UTF_8);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private void get(String key) {
        run(new Operation.Get(0, bytes(key)));
    }

    private void put(String key) {
        run(new Operation.Put(0, bytes(key), null, bytes("v"), -1));
    }

    private void update(String key) {
        run(new Operation.Update(0, bytes(key), new byte[][] {bytes("incr"), bytes(key)}));
    }

    private void run(Operation operation) {
        order.execute(port, operation, QuorumSpec.DEFAULT, outcome -> answered.add(HeldPort.name(operation)));
    }

    @Test
    void writesOfOneCoordinatorGoAtOnce() {
        port.updates = HERE;
        put("k");
        put("k");
        update("k");
        update("k");
        assertEquals(List.of("put 0 k", "put 0 k", "update 0 k", "update 0 k"), port.running);
    }

    @Test
    void readWaitsForEveryWrite() {
        put("k");
        put("k");
        get("k");
        port.end(1);
        assertEquals(2, port.running.size());
        port.end(0);
        assertEquals(List.of("put 0 k", "put 0 k", "get 0 k"), port.running);
        assertEquals(List.of("put 0 k", "put 0 k"), answered);
        port.end(2);
        assertEquals(0, order.size());
    }

    @Test
    void writeWaitsForAllWritesOfAnotherCoordinator() {
        put("k");
        put("k");
        update("k");
        port.end(0);
        assertEquals(2, port.running.size());
        port.end(1);
        assertEquals("update 0 k", port.running.get(2));
    }

    @Test
    void nothingOvertakesWhatWaits() {
        put("k");
        update("k");
        put("k");
        get("k");
        assertEquals(List.of("put 0 k"), port.running);
        port.end(0);
        assertEquals(List.of("put 0 k", "update 0 k"), port.running);
        port.end(1);
        assertEquals(List.of("put 0 k", "update 0 k", "put 0 k"), port.running);
        port.end(2);
        assertEquals("get 0 k", port.running.get(3));
    }

    @Test
    void otherKeysAndDatabasesDoNotWait() {
        update("k");
        get("other");
        run(new Operation.Get(1, bytes("k")));
        assertEquals(List.of("update 0 k", "get 0 other", "get 1 k"), port.running);
    }

    @Test
    void readsGoBesideReadsAndAreWaitedForByWrites() {
        get("k");
        get("k");
        put("k");
        get("k");
        assertEquals(List.of("get 0 k", "get 0 k"), port.running);
        port.end(1);
        assertEquals(2, port.running.size());
        port.end(0);
        assertEquals(List.of("get 0 k", "get 0 k", "put 0 k"), port.running);
        port.end(2);
        assertEquals("get 0 k", port.running.get(3));
    }

    @Test
    void keepsNothingWhereEverythingIsLocal() {
        port.local = true;
        put("k");
        update("k");
        assertEquals(2, port.running.size());
        assertEquals(0, order.size());
    }

    @Test
    void commandSentFromAnAnswerGoesBehindWhatWaits() {
        order.execute(
                port, new Operation.Update(0, bytes("k"), new byte[0][]), QuorumSpec.DEFAULT, outcome -> put("k"));
        get("k");
        port.end(0);
        port.end(1);
        assertEquals(List.of("update 0 k", "get 0 k", "put 0 k"), port.running);
    }

    @Test
    void answersWithinTheCallLeaveNothingBehind() {
        port.immediate = true;
        update("k");
        put("k");
        get("k");
        assertEquals(List.of("update 0 k", "put 0 k", "get 0 k"), answered);
        assertEquals(0, order.size());
    }

    @Test
    void commandsOfOneKeyTakeEffectInOrder() {
        Seeds.each(KeyOrderTest.class, 20, KeyOrderTest::runAtRandom);
    }

    private static void runAtRandom(Random random) {
        KeyOrder order = new KeyOrder();
        Cluster cluster = new Cluster(random.nextBoolean());
        List<Integer> sent = new ArrayList<>();
        while (sent.size() < 1000 || !cluster.isIdle()) {
            if (!cluster.isIdle() && (sent.size() == 1000 || random.nextInt(2) == 0)) {
                cluster.deliver(random);
                continue;
            }
            Operation operation = switch (random.nextInt(4)) {
                case 0 -> new Operation.Update(0, bytes("k"), new byte[0][]);
                case 1 -> new Operation.Put(0, bytes("k"), null, bytes("v"), -1);
                default -> new Operation.Get(0, bytes("k"));
            };
            cluster.sent(operation, sent.size());
            sent.add(sent.size());
            order.execute(cluster, operation, QuorumSpec.DEFAULT, outcome -> {});
        }
        cluster.requireOrder();
        assertEquals(0, order.size());
    }

    /**
     * Two coordinators. Each works its writes off in order, at its own pace; a read is done whenever it likes; and an
     * answer may be long on its way.
     */
    private static final class Cluster implements KeyPort {
        private record Sent(Operation operation, OutcomeCallback callback) {}

        private final IdentityHashMap<Operation, Integer> numbers = new IdentityHashMap<>();
        private final List<Operation> operations = new ArrayList<>();
        private final List<ArrayDeque<Sent>> writes = List.of(new ArrayDeque<>(), new ArrayDeque<>());
        private final List<Sent> reads = new ArrayList<>();
        private final List<Sent> answers = new ArrayList<>();
        private final boolean oneCoordinator;
        final List<Integer> effects = new ArrayList<>();

        Cluster(boolean oneCoordinator) {
            this.oneCoordinator = oneCoordinator;
        }

        void sent(Operation operation, int number) {
            numbers.put(operation, number);
            operations.add(operation);
        }

        private boolean isRead(int number) {
            return operations.get(number) instanceof Operation.Get;
        }

        /** Reads may change places with one another, and nothing else may. */
        void requireOrder() {
            for (int i = 0; i < effects.size(); i++) {
                int number = effects.get(i);
                if (number == i) {
                    continue;
                }
                for (int between = Math.min(i, number); between <= Math.max(i, number); between++) {
                    assertTrue(isRead(between), "command " + number + " took effect as the one numbered " + i);
                }
            }
        }

        boolean isIdle() {
            return writes.stream().allMatch(ArrayDeque::isEmpty) && reads.isEmpty() && answers.isEmpty();
        }

        /** Does one thing, or finds that there is none of the kind that chance has chosen. */
        void deliver(Random random) {
            int coordinator = random.nextInt(2);
            switch (random.nextInt(4)) {
                case 0, 1 -> takeEffect(writes.get(coordinator).poll());
                case 2 -> {
                    if (!reads.isEmpty()) {
                        takeEffect(reads.remove(random.nextInt(reads.size())));
                    }
                }
                default -> {
                    if (!answers.isEmpty()) {
                        answers.remove(random.nextInt(answers.size()))
                                .callback()
                                .done(DONE);
                    }
                }
            }
        }

        private void takeEffect(@Nullable Sent next) {
            if (next != null) {
                effects.add(numbers.get(next.operation()));
                answers.add(next);
            }
        }

        @Override
        public void execute(Operation operation, QuorumSpec quorum, OutcomeCallback callback) {
            Sent sent = new Sent(operation, callback);
            if (operation instanceof Operation.Get) {
                reads.add(sent);
            } else {
                writes.get((int) coordinatorOf(operation)).add(sent);
            }
        }

        @Override
        public boolean isLocal() {
            return false;
        }

        @Override
        public long coordinatorOf(Operation operation) {
            return operation instanceof Operation.Update && !oneCoordinator ? 1 : 0;
        }
    }
}
