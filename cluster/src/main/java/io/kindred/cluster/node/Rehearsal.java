package io.kindred.cluster.node;

import io.kindred.cluster.core.ClusterAnswer;
import io.kindred.cluster.core.ClusterQuery;
import io.kindred.cluster.core.Effects;
import io.kindred.cluster.core.Event;
import io.kindred.cluster.core.NodeConfig;
import io.kindred.cluster.core.NodeCore;
import io.kindred.cluster.core.Now;
import io.kindred.cluster.core.RandomSource;
import io.kindred.cluster.core.Recovered;
import io.kindred.cluster.core.Renewal;
import io.kindred.cluster.core.StartState;
import io.kindred.cluster.membership.ChangeRecord;
import io.kindred.cluster.membership.Departure;
import io.kindred.cluster.membership.Generation;
import io.kindred.cluster.membership.Member;
import io.kindred.cluster.message.Message;
import io.kindred.cluster.message.Operation;
import io.kindred.cluster.message.Outcome;
import io.kindred.cluster.message.QuorumSpec;
import io.kindred.cluster.message.Topic;
import io.kindred.cluster.quorum.QuorumSettings;
import io.kindred.cluster.ring.Checkpoint;
import io.kindred.cluster.ring.Replication;
import io.kindred.engine.MemoryEngine;
import io.kindred.engine.ScanStep;
import io.kindred.engine.StorageEngine;
import io.kindred.engine.SyncPolicy;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Has a made-up cluster go through a ring change before the node serves anyone: three cores with some keys are joined by a
 * fourth, which fetches its share and then leaves again, all of it in memory and in made-up time.
 *
 * <p>A JVM runs what it has never run before twenty to forty times slower than what it has compiled. Nodes run for months
 * without a ring change, and then all of them go through one at the same moment, for the first time: what takes them 1 to
 * 5 ms later keeps their clients waiting for 30 to 80 ms then.
 */
public final class Rehearsal {
    private static final int PARTITIONS = 64;
    private static final int NODES = 3;
    private static final int KEYS = 512;
    private static final int VALUE_BYTES = 16;
    private static final long HINT_BYTES_MAX = 1 << 20;
    private static final long START_NANOS = TimeUnit.HOURS.toNanos(1);
    private static final long WALL_START_MILLIS = 1_700_000_000_000L;
    /** Each scene is over long before; should it not be, the node starts all the same. */
    private static final int EVENTS_MAX = 200_000;

    private final ArrayDeque<Runnable> due = new ArrayDeque<>();
    private final List<Player> players = new ArrayList<>();
    private final Random random = new Random(1);
    private long nanos = START_NANOS;
    private int events;

    private Rehearsal() {}

    /** Whether all of it could be gone through. */
    public static boolean run() {
        Rehearsal rehearsal = new Rehearsal();
        return rehearsal.begin() && rehearsal.write() && rehearsal.change();
    }

    // --- the scenes ---

    private boolean begin() {
        for (int i = 0; i < NODES; i++) {
            add();
        }
        return playUntil(() -> players.stream().allMatch(Player::isSettled));
    }

    private boolean write() {
        for (int i = 0; i < KEYS; i++) {
            byte[] key = Integer.toString(i).getBytes(StandardCharsets.US_ASCII);
            Player player = players.get(i % players.size());
            player.ask(new Operation.Put(0, key, null, new byte[VALUE_BYTES], -1));
            player.ask(new Operation.Get(0, key));
        }
        return playUntil(() -> players.stream().allMatch(player -> player.asked == 0));
    }

    private boolean change() {
        Player fourth = add();
        boolean joined = playUntil(() -> players.stream().allMatch(Player::isSettled));
        fourth.step(new Event.ClusterRequest(0, new ClusterQuery.Leave()));
        return joined && playUntil(() -> players.stream().allMatch(Player::isSettled) && !fourth.isInRing());
    }

    private Player add() {
        Player player = new Player(players.size() + 1);
        players.add(player);
        player.step(new Event.Started());
        for (Player other : players) {
            if (other != player) {
                other.step(new Event.PeerConnected(player.self.id()));
                player.step(new Event.PeerConnected(other.self.id()));
            }
        }
        return player;
    }

    /** What is due is done first; then it is the time at which somebody wants to be woken. */
    private boolean playUntil(BooleanSupplier over) {
        while (events < EVENTS_MAX) {
            Runnable next = due.poll();
            if (next != null) {
                events++;
                next.run();
            } else if (over.getAsBoolean()) {
                return true;
            } else {
                nanos = Math.max(
                        nanos,
                        players.stream()
                                .mapToLong(player -> player.wakeNanos)
                                .min()
                                .orElse(nanos));
                players.stream().filter(player -> player.wakeNanos <= nanos).forEach(Player::wake);
            }
        }
        return false;
    }

    private Player player(long id) {
        return players.get((int) id - 1);
    }

    private static NodeConfig config(boolean seeded) {
        return new NodeConfig(
                PARTITIONS,
                "md5",
                Replication.of(NODES),
                1,
                seeded,
                HINT_BYTES_MAX,
                TimeUnit.SECONDS.toNanos(60),
                TimeUnit.DAYS.toMillis(1),
                NodeConfig.RECORDS_KEPT,
                new QuorumSettings(0, 0, 100, 100, TimeUnit.SECONDS.toNanos(1)),
                new NodeConfig.MembershipTimes(TimeUnit.SECONDS.toNanos(1), TimeUnit.SECONDS.toNanos(5), 500));
    }

    private record Draw(Random random) implements RandomSource {
        @Override
        public int nextInt(int bound) {
            return random.nextInt(bound);
        }

        @Override
        public long nextLong() {
            return random.nextLong();
        }
    }

    /** One node, and its shell. */
    private final class Player implements Effects {
        final Member self;
        private final MemoryEngine engine = new MemoryEngine(SyncPolicy.EVERYSEC, due::add);
        private final NodeCore core;
        long wakeNanos = Long.MAX_VALUE;
        /** Requests that were not answered yet. */
        int asked;

        private int persists;

        Player(int number) {
            self = new Member(number, "n" + number, "", number, number, "", "", 1, 1, Generation.ofStart(number), 0);
            core = new NodeCore(
                    config(number > 1),
                    Recovered.fresh(self),
                    new EngineStore(engine),
                    (name, arguments) -> null,
                    new Draw(random));
        }

        boolean isInRing() {
            return core.views().isInRing(self.id());
        }

        boolean isSettled() {
            return core.views().isServing()
                    && core.views().members().size() >= NODES
                    && core.views().partitionsInTransfer() == 0
                    && core.views().partitionsParting() == 0;
        }

        void ask(Operation operation) {
            asked++;
            step(new Event.Request(asked, operation, QuorumSpec.DEFAULT));
        }

        void wake() {
            wakeNanos = Long.MAX_VALUE;
            step(new Event.Tick());
        }

        void step(Event event) {
            long wallMillis = WALL_START_MILLIS + TimeUnit.NANOSECONDS.toMillis(nanos);
            core.step(event, new Now(nanos, wallMillis), this);
            core.wake(this);
        }

        private void later(Event event) {
            due.add(() -> step(event));
        }

        @Override
        public void send(long to, Message message) {
            due.add(() -> player(to).step(new Event.Received(self.id(), message)));
        }

        @Override
        public void persist(byte[] key, byte @Nullable [] value, int countDelta, long note) {
            if (value == null) {
                engine.delete(key, countDelta, note);
            } else {
                engine.put(key, value, countDelta, note);
            }
            if (persists++ == 0) {
                due.add(this::commit);
            }
        }

        private void commit() {
            int count = persists;
            persists = 0;
            engine.commit(failure -> later(new Event.Persisted(count, null)));
        }

        @Override
        public void sync(long token) {
            engine.sync(failure -> later(new Event.Synced(token, null)));
        }

        @Override
        public void load(long token, byte[] key) {
            engine.read(
                    key,
                    (value, failure) ->
                            later(new Event.Loaded(token, value == StorageEngine.ABSENT ? null : value, null)));
            engine.flushReads();
        }

        @Override
        public void scan(long token, byte[] from, byte[] to, int limit) {
            engine.scan(from, to, limit, (step, failure) -> {
                if (step != null) {
                    later(Event.Scanned.found(
                            token,
                            step.entries().stream().map(ScanStep.Entry::key).toList(),
                            step.entries().stream().map(ScanStep.Entry::value).toList(),
                            step.next()));
                }
            });
        }

        @Override
        public void acceptLoss(long token, byte[] from, byte[] to) {
            later(new Event.LossAccepted(token, null));
        }

        @Override
        public void reply(long token, Outcome outcome) {
            asked--;
        }

        @Override
        public void wakeAt(long at) {
            wakeNanos = Math.min(wakeNanos, at);
        }

        @Override
        public void published(Topic channel, byte[] payload) {}

        @Override
        public void answer(long token, ClusterAnswer answer) {}

        @Override
        public void peers(List<Member> members) {}

        @Override
        public void redial(long peer) {}

        @Override
        public void remember(
                List<Member> members, List<Departure> departures, Checkpoint checkpoint, List<ChangeRecord> records) {}

        @Override
        public void serving() {}

        @Override
        public void renewed(Renewal renewal) {}

        @Override
        public void belongs(long cluster) {}

        @Override
        public void notServing(StartState state, String why) {}

        @Override
        public void startOver(List<String> seeds, String replaces) {}

        @Override
        public void note(String line) {}

        @Override
        public void warn(String line) {}
    }
}
