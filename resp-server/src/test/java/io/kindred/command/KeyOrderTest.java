package io.kindred.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kindred.cluster.message.Operation;
import io.kindred.cluster.message.OutcomeCallback;
import io.kindred.cluster.message.QuorumSpec;
import io.kindred.resp.Seeds;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class KeyOrderTest {
    private final KeyOrder order = new KeyOrder();
    private final Where where = new Where();
    private final List<String> begun = new ArrayList<>();

    /** What the order asks of a node: nothing is sent through it. */
    private static final class Where implements KeyPort {
        boolean alone;
        boolean updatesHere;
        int looks;

        @Override
        public void execute(Operation operation, QuorumSpec quorum, OutcomeCallback callback) {
            throw new IllegalStateException("not of this test");
        }

        @Override
        public boolean isAlone() {
            return alone;
        }

        @Override
        public boolean isCoordinatedHere(int db, byte[] key, boolean update) {
            looks++;
            return !update || updatesHere;
        }
    }

    private enum Kind {
        READ,
        PUT,
        UPDATE,
        /** Reads, then updates. */
        BOTH
    }

    /** A command that does what a test says when its turn has come. */
    private static class Command extends Turn {
        private final KeyPort port;
        private final Kind kind;
        private final List<byte[]> keys = new ArrayList<>();
        private final Consumer<Command> action;
        int db;
        boolean global;

        Command(KeyPort port, Kind kind, List<String> keys, Consumer<Command> action) {
            this.port = port;
            this.kind = kind;
            this.action = action;
            keys.forEach(key -> this.keys.add(key.getBytes(StandardCharsets.UTF_8)));
        }

        @Override
        void begin() {
            action.accept(this);
        }

        @Override
        KeyPort port() {
            return port;
        }

        @Override
        int db() {
            return db;
        }

        @Override
        int keys() {
            return keys.size();
        }

        @Override
        byte[] key(int index) {
            return keys.get(index);
        }

        @Override
        boolean writes() {
            return kind != Kind.READ;
        }

        @Override
        boolean updates() {
            return kind == Kind.UPDATE || kind == Kind.BOTH;
        }

        @Override
        boolean readsFirst() {
            return kind == Kind.BOTH;
        }

        @Override
        boolean isGlobal() {
            return global;
        }
    }

    /** Sends everything when it begins, and is answered when the test says so. */
    private Command command(String name, Kind kind, String... keys) {
        return new Command(where, kind, List.of(keys), command -> {
            begun.add(name);
            order.sent(command);
        });
    }

    private Command take(String name, Kind kind, String... keys) {
        Command command = command(name, kind, keys);
        order.take(command);
        return command;
    }

    @Test
    void writesThatAreCoordinatedHereGoAtOnce() {
        where.updatesHere = true;
        take("put", Kind.PUT, "k");
        take("update", Kind.UPDATE, "k");
        take("another", Kind.PUT, "k", "l");
        assertEquals(List.of("put", "update", "another"), begun);
    }

    @Test
    void writesThatAnotherNodeCoordinatesWaitForEachOther() {
        Command first = take("first", Kind.UPDATE, "k");
        take("second", Kind.UPDATE, "k");
        assertEquals(List.of("first"), begun);
        order.over(first);
        assertEquals(List.of("first", "second"), begun);
    }

    @Test
    void nobodyLooksWhoCoordinatesTheKeysOfAVeryLargeWrite() {
        String[] keys = new String[KeyOrder.FOLLOWED_KEYS_MAX + 1];
        Arrays.setAll(keys, i -> "k" + i);
        Command large = take("large", Kind.PUT, keys);
        assertEquals(0, where.looks);
        take("behind", Kind.PUT, "k7");
        assertEquals(List.of("large"), begun);
        order.over(large);
        assertEquals(List.of("large", "behind"), begun);
    }

    @Test
    void readWaitsForEveryWrite() {
        Command one = take("one", Kind.PUT, "k");
        Command two = take("two", Kind.PUT, "k");
        Command get = take("get", Kind.READ, "k");
        order.over(two);
        assertEquals(List.of("one", "two"), begun);
        order.over(one);
        assertEquals(List.of("one", "two", "get"), begun);
        order.over(get);
        assertEquals(0, order.size());
    }

    @Test
    void readsGoBesideReadsAndAreWaitedForByWrites() {
        Command one = take("one", Kind.READ, "k");
        Command two = take("two", Kind.READ, "k", "l");
        take("put", Kind.PUT, "k");
        take("three", Kind.READ, "k");
        assertEquals(List.of("one", "two"), begun);
        order.over(two);
        order.over(one);
        assertEquals(List.of("one", "two", "put"), begun);
    }

    @Test
    void nothingOvertakesWhatWaits() {
        Command put = take("put", Kind.PUT, "k");
        Command update = take("update", Kind.UPDATE, "k");
        Command behind = take("behind", Kind.PUT, "k");
        take("get", Kind.READ, "k");
        assertEquals(List.of("put"), begun);
        order.over(put);
        order.over(update);
        assertEquals(List.of("put", "update", "behind"), begun);
        order.over(behind);
        assertEquals(List.of("put", "update", "behind", "get"), begun);
    }

    @Test
    void otherKeysAndDatabasesDoNotWait() {
        take("update", Kind.UPDATE, "k");
        take("other", Kind.READ, "l");
        Command elsewhere = command("elsewhere", Kind.READ, "k");
        elsewhere.db = 1;
        order.take(elsewhere);
        assertEquals(List.of("update", "other", "elsewhere"), begun);
    }

    @Test
    void commandOnSeveralKeysWaitsForAllOfThem() {
        Command one = take("one", Kind.UPDATE, "k");
        Command two = take("two", Kind.UPDATE, "l");
        Command both = take("both", Kind.READ, "k", "l", "k");
        order.over(one);
        assertEquals(List.of("one", "two"), begun);
        order.over(two);
        assertEquals(List.of("one", "two", "both"), begun);
        order.over(both);
        assertEquals(0, order.size());
    }

    @Test
    void writeDoesNotFollowOneThatHasNotBegun() {
        Command update = take("update", Kind.UPDATE, "k");
        take("both", Kind.PUT, "k", "l");
        take("behind", Kind.PUT, "l");
        assertEquals(List.of("update"), begun);
        order.over(update);
        assertEquals(List.of("update", "both", "behind"), begun);
    }

    @Test
    void writeThatReadsFirstDoesNotFollow() {
        where.updatesHere = true;
        Command put = take("put", Kind.PUT, "k");
        take("msetnx", Kind.BOTH, "k", "l");
        assertEquals(List.of("put"), begun);
        order.over(put);
        assertEquals(List.of("put", "msetnx"), begun);
    }

    @Test
    void writeDoesNotFollowOneOfAnotherScope() {
        Command local = take("local", Kind.PUT, "k");
        Command global = command("global", Kind.PUT, "k");
        global.global = true;
        order.take(global);
        assertEquals(List.of("local"), begun);
        order.over(local);
        assertEquals(List.of("local", "global"), begun);
    }

    @Test
    void loneNodeKeepsNothingOfWhatIsSent() {
        where.alone = true;
        take("put", Kind.PUT, "k");
        take("mset", Kind.PUT, "k", "l");
        take("get", Kind.READ, "k");
        assertEquals(List.of("put", "mset", "get"), begun);
        assertEquals(0, order.size());
    }

    @Test
    void loneNodeWaitsForWhatHasNotSentEverything() {
        where.alone = true;
        Command msetnx = new Command(where, Kind.UPDATE, List.of("a", "b"), command -> begun.add("msetnx"));
        order.take(msetnx);
        take("get", Kind.READ, "b");
        take("other", Kind.READ, "c");
        assertEquals(List.of("msetnx", "other"), begun);
        order.sent(msetnx);
        assertEquals(List.of("msetnx", "other", "get"), begun);
        order.over(msetnx);
        assertEquals(0, order.size());
    }

    @Test
    void whatWasSentToALoneNodeIsWaitedForWhenItIsNoLongerAlone() {
        where.alone = true;
        Command put = take("put", Kind.PUT, "k");
        where.alone = false;
        Command other = take("other", Kind.READ, "l");
        take("get", Kind.READ, "k");
        assertEquals(List.of("put"), begun);
        order.over(put);
        assertEquals(List.of("put", "other", "get"), begun);
        order.over(other);
        assertEquals(1, order.size());
    }

    @Test
    void commandTakenFromAnAnswerGoesBehindWhatWaits() {
        Command first = take("first", Kind.UPDATE, "k");
        Command get = take("get", Kind.READ, "k");
        take("put", Kind.PUT, "k");
        order.over(first);
        order.over(get);
        assertEquals(List.of("first", "get", "put"), begun);
    }

    @Test
    void answersWithinTheCallLeaveNothingBehind() {
        for (int i = 0; i < 3; i++) {
            String name = "update " + i;
            order.take(new Command(where, Kind.UPDATE, List.of("k"), command -> {
                begun.add(name);
                order.over(command);
                order.sent(command);
            }));
        }
        assertEquals(List.of("update 0", "update 1", "update 2"), begun);
        assertEquals(0, order.size());
    }

    @Test
    void commandsTakeEffectInOrder() {
        Seeds.each(KeyOrderTest.class, 50, random -> new RandomRun(random).run());
    }

    /**
     * Commands on up to three keys, in steps. Each of this node and another works its writes off in order, at its own pace;
     * a read is done whenever it likes; and an answer may be long on its way.
     */
    private static final class RandomRun {
        private static final int COMMANDS = 600;
        private static final int KEYS = 4;

        private record Effect(int command, int key, Kind kind) {}

        private final Random random;
        private final KeyOrder order = new KeyOrder();
        private final Where where = new Where();
        private final ArrayDeque<Effect> here = new ArrayDeque<>();
        private final List<Effect> elsewhere = new ArrayList<>();
        private final List<Effect> effects = new ArrayList<>();
        private final List<Runnable> later = new ArrayList<>();

        RandomRun(Random random) {
            this.random = random;
            where.alone = random.nextBoolean();
            where.updatesHere = random.nextBoolean();
        }

        void run() {
            int taken = 0;
            while (taken < COMMANDS || !isIdle()) {
                if (taken < COMMANDS && random.nextInt(3) == 0) {
                    takeOne(taken++);
                } else {
                    goOn();
                }
            }
            assertEquals(0, order.size());
            effects.forEach(this::requireAfterEarlierOnes);
        }

        private boolean isIdle() {
            return here.isEmpty() && elsewhere.isEmpty() && later.isEmpty();
        }

        private void takeOne(int number) {
            Kind kind = Kind.values()[random.nextInt(4)];
            TreeSet<Integer> keys = new TreeSet<>();
            for (int i = random.nextInt(3); i >= 0; i--) {
                keys.add(random.nextInt(KEYS));
            }
            boolean steps = random.nextInt(4) == 0;
            List<String> names = keys.stream().map(key -> "key " + key).toList();
            order.take(new Command(where, kind, names, command -> {
                if (kind == Kind.BOTH) {
                    List<Effect> reads = effects(number, Kind.READ, keys);
                    whenDone(reads, () -> send(number, Kind.UPDATE, keys, command));
                } else if (steps) {
                    later.add(() -> send(number, kind, keys, command));
                } else {
                    send(number, kind, keys, command);
                }
            }));
        }

        private void send(int number, Kind kind, TreeSet<Integer> keys, Command command) {
            whenDone(effects(number, kind, keys), () -> order.over(command));
            order.sent(command);
        }

        private List<Effect> effects(int number, Kind kind, TreeSet<Integer> keys) {
            boolean inOrder =
                    where.alone || (kind != Kind.READ && where.isCoordinatedHere(0, new byte[0], kind == Kind.UPDATE));
            List<Effect> its =
                    keys.stream().map(key -> new Effect(number, key, kind)).toList();
            (inOrder ? here : elsewhere).addAll(its);
            return its;
        }

        private void whenDone(List<Effect> its, Runnable then) {
            later.add(new Runnable() {
                @Override
                public void run() {
                    if (effects.containsAll(its)) {
                        then.run();
                    } else {
                        later.add(this);
                    }
                }
            });
        }

        private void goOn() {
            switch (random.nextInt(3)) {
                case 0 -> {
                    if (!here.isEmpty()) {
                        effects.add(here.remove());
                    }
                }
                case 1 -> {
                    if (!elsewhere.isEmpty()) {
                        effects.add(elsewhere.remove(random.nextInt(elsewhere.size())));
                    }
                }
                default -> {
                    if (!later.isEmpty()) {
                        later.remove(random.nextInt(later.size())).run();
                    }
                }
            }
        }

        /** Reads may change places with one another, and nothing else may. */
        private void requireAfterEarlierOnes(Effect effect) {
            for (Effect before : effects) {
                if (before == effect) {
                    return;
                }
                boolean conflict =
                        before.key() == effect.key() && (before.kind() != Kind.READ || effect.kind() != Kind.READ);
                assertTrue(!conflict || before.command() <= effect.command(), () -> before + " came before " + effect);
            }
        }
    }
}
