package io.kindred.cluster.core;

import io.kindred.cluster.membership.Generation;
import io.kindred.cluster.membership.Member;
import io.kindred.cluster.membership.Status;
import io.kindred.cluster.message.MembershipMessage;
import io.kindred.cluster.message.Message;
import io.kindred.cluster.quorum.Clocks;
import io.kindred.cluster.sim.SimRandom;
import io.kindred.cluster.sim.SimSchedule;
import io.kindred.cluster.version.HybridClock;
import io.kindred.cluster.wire.FrameSize;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiPredicate;
import java.util.function.Predicate;

/**
 * Many nodes that do nothing but watch each other, in simulated time. There are no connections: what is cut, or sent to
 * the dead, is lost in silence, which is the hardest kind of failure to see.
 */
final class WatchCluster {
    static final long MILLI = 1_000_000L;
    static final long SECOND = 1_000 * MILLI;
    static final long ROUND = SECOND;
    static final long SUSPECT_AFTER = 5 * SECOND;

    private static final NodeConfig.MembershipTimes TIMES = new NodeConfig.MembershipTimes(ROUND, SUSPECT_AFTER, 500);

    final SimSchedule schedule = new SimSchedule();
    final SimRandom random;
    final List<Node> nodes = new ArrayList<>();
    private final Map<Long, Node> byId = new HashMap<>();
    double lossRate;
    long delayMinNanos = MILLI / 10;
    long delayMaxNanos = 2 * MILLI;
    /** Whether what the first sends reaches the second. */
    BiPredicate<Node, Node> link = (from, to) -> true;

    boolean counting;
    long bytes;
    long messages;
    int largestBytes;

    WatchCluster(long seed) {
        random = new SimRandom(seed);
    }

    /** All know all from the start, as after a restart. */
    static WatchCluster of(int size, long seed) {
        WatchCluster cluster = new WatchCluster(seed);
        for (int i = 0; i < size; i++) {
            cluster.add();
        }
        List<Member> all = cluster.nodes.stream().map(Node::member).toList();
        for (Node node : cluster.nodes) {
            // Not all in step: processes start when they do.
            long after = cluster.random.between(0, ROUND);
            cluster.schedule.after(after, "start", () -> node.start(all));
        }
        return cluster;
    }

    Node add() {
        Node node = new Node(nodes.size() + 1, random.nextLong() | 1);
        nodes.add(node);
        byId.put(node.id, node);
        return node;
    }

    /** A new node that knows one member. */
    Node join(Node contact) {
        Node node = add();
        node.start(List.of(contact.member()));
        node.step(() -> node.watch.rounds().greet(contact.id));
        return node;
    }

    void runFor(long nanos) {
        runUntil(nanos, () -> false);
    }

    /** Gives the nanoseconds that it took; at most {@code limit}, where the condition never held. */
    long runUntil(long limit, java.util.function.BooleanSupplier condition) {
        long begin = schedule.nowNanos();
        boolean[] over = {false};
        schedule.after(limit, "limit", () -> over[0] = true);
        // A look at all nodes is dear, so it is taken every tenth of a second.
        long nextLook = begin;
        while (!over[0]) {
            if (schedule.nowNanos() >= nextLook) {
                nextLook += 100 * MILLI;
                if (condition.getAsBoolean()) {
                    break;
                }
            }
            schedule.step();
        }
        return schedule.nowNanos() - begin;
    }

    /** Whether every other node that runs thinks so of this one. */
    boolean allSee(Node subject, Predicate<Status> state) {
        return running().stream()
                .allMatch(node -> node == subject || (node.knows(subject) && state.test(node.status(subject))));
    }

    boolean anySees(Node subject, Status state) {
        return running().stream().anyMatch(node -> node != subject && node.status(subject) == state);
    }

    List<Node> running() {
        return nodes.stream().filter(node -> node.running && !node.paused).toList();
    }

    private void send(Node from, long toId, Message message) {
        if (counting) {
            int size = FrameSize.of(message);
            bytes += size;
            messages++;
            largestBytes = Math.max(largestBytes, size);
        }
        Node to = byId.get(toId);
        if (to == null || !link.test(from, to) || random.chance(lossRate)) {
            return;
        }
        schedule.after(random.between(delayMinNanos, delayMaxNanos), "m", () -> to.arrive(from, message));
    }

    /** One of them. */
    final class Node {
        final long id;
        final String name;
        final List<String> notes = new ArrayList<>();
        private final List<Runnable> backlog = new ArrayList<>();
        private final CoreOutput output = new CoreOutput();
        private final Effects effects = effects();
        private Clocks clocks = new Clocks(new HybridClock(500));
        MemberWatch watch;
        boolean running;
        boolean paused;
        private long starts;
        private long wakeNanos;

        Node(int number, long id) {
            this.id = id;
            this.name = "n" + number;
            this.watch = fresh(member());
        }

        Member member() {
            return new Member(id, name, "10.0.0.1", 6379, 16379, "", "", 1, 1, Generation.ofStart(starts + 1), 0);
        }

        private MemberWatch fresh(Member self) {
            LocalFacts facts = new LocalFacts(List::of, stamps -> {});
            return new MemberWatch(self, TIMES, new CoreContext(clocks, random, output), facts);
        }

        private Effects effects() {
            return (Effects) Proxy.newProxyInstance(
                    Effects.class.getClassLoader(), new Class<?>[] {Effects.class}, (proxy, method, args) -> {
                        if (method.getName().equals("send")) {
                            send(this, (Long) args[0], (Message) args[1]);
                        } else if (List.of("note", "warn").contains(method.getName())) {
                            notes.add((String) args[0]);
                        }
                        return null;
                    });
        }

        void start(List<Member> known) {
            clocks = new Clocks(new HybridClock(500));
            watch = fresh(member());
            starts++;
            running = true;
            step(() -> {
                for (Member other : known) {
                    if (other.id() != id) {
                        watch.rounds().learn(other);
                    }
                }
                watch.onStarted();
                watch.onTick();
            });
        }

        void die() {
            running = false;
        }

        void pause() {
            paused = true;
        }

        /** What came meanwhile is read first, as a process that goes on does. */
        void resume() {
            paused = false;
            List<Runnable> waited = List.copyOf(backlog);
            backlog.clear();
            waited.forEach(Runnable::run);
            step(watch::onTick);
        }

        void step(Runnable action) {
            output.begin(effects);
            clocks.advance(schedule.nowNanos(), 1_700_000_000_000L + schedule.nowNanos() / MILLI);
            action.run();
            if (watch.nextTickNanos() != wakeNanos) {
                wakeNanos = watch.nextTickNanos();
                long asked = wakeNanos;
                MemberWatch asker = watch;
                schedule.after(wakeNanos - schedule.nowNanos(), "t", () -> {
                    if (running && !paused && wakeNanos == asked && watch == asker) {
                        step(watch::onTick);
                    }
                });
            }
        }

        private void arrive(Node from, Message message) {
            if (running && paused) {
                backlog.add(() -> step(() -> deliver(from.id, message)));
            } else if (running) {
                step(() -> deliver(from.id, message));
            }
        }

        private void deliver(long from, Message message) {
            watch.heard(from);
            if (message instanceof MembershipMessage.Gossip gossip) {
                watch.onGossip(from, gossip);
            } else if (message instanceof MembershipMessage.GossipAsk ask) {
                watch.rounds().onAsk(from, ask);
            } else if (message instanceof MembershipMessage.GossipTell tell) {
                watch.onTell(from, tell);
            } else if (message instanceof MembershipMessage.Ping ping) {
                watch.onPing(from, ping);
            } else if (message instanceof MembershipMessage.Pong pong) {
                watch.onPong(from, pong);
            } else {
                throw new AssertionError(message);
            }
        }

        boolean knows(Node other) {
            return watch.view().member(other.id) != null;
        }

        Status status(Node other) {
            return watch.status(other.id);
        }

        boolean avoids(Node other) {
            boolean[] avoids = {false};
            step(() -> avoids[0] = watch.avoids(other.id));
            return avoids[0];
        }
    }
}
