package io.kindred.cluster.version;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * One key on several replicas, beside a model that keeps every set of dots in full.
 *
 * <p>Deltas are delivered late, twice, out of order or never; replicas are joined at random; clients write with no
 * context, with one from a read, or with the one that their last write returned.
 */
final class ReplicatedKey {

    final List<Versions> replicas = new ArrayList<>();
    final List<Set<Dot>> seen = new ArrayList<>();
    /** For each write, the dots that its client had seen. */
    final TreeMap<Dot, Set<Dot>> writes = new TreeMap<>();

    private final Random random;
    private final List<Actor> actors = new ArrayList<>();
    private final List<Client> clients = new ArrayList<>();
    private final List<Delta> inFlight = new ArrayList<>();
    private long stamp = 1000;

    private static final class Client {
        VersionVector context = VersionVector.EMPTY;
        Set<Dot> seen = new TreeSet<>();
    }

    private record Delta(Versions versions, Set<Dot> seen) {}

    ReplicatedKey(Random random, int replicaCount, int clientCount) {
        this.random = random;
        for (int i = 0; i < replicaCount; i++) {
            replicas.add(Versions.EMPTY);
            seen.add(new TreeSet<>());
            actors.add(new Actor(random.nextLong(), 1 + random.nextInt(2)));
        }
        for (int i = 0; i < clientCount; i++) {
            clients.add(new Client());
        }
    }

    void step() {
        int at = random.nextInt(replicas.size());
        switch (random.nextInt(8)) {
            case 0, 1, 2 -> write(at, clients.get(random.nextInt(clients.size())));
            case 3 -> read(at, clients.get(random.nextInt(clients.size())));
            case 4, 5 -> deliver(at);
            case 6 -> joinWith(at, random.nextInt(replicas.size()));
            default -> clients.set(random.nextInt(clients.size()), new Client());
        }
    }

    void write(int at, Client client) {
        Versions before = replicas.get(at);
        Actor actor = actors.get(at);
        long counter = VersionVector.nextCounter(before.clock(), client.context, 0, actor);
        Dot dot = new Dot(actor, counter);
        byte @Nullable [] value = random.nextInt(6) == 0 ? null : dot.toString().getBytes(StandardCharsets.UTF_8);
        long stamped = stampOfWrite();
        Sibling sibling = new Sibling(dot, stamped, random.nextInt(4) == 0 ? stamp : -1, value, mark(stamped));
        replicas.set(at, before.write(client.context, sibling));
        writes.put(dot, new TreeSet<>(client.seen));
        Set<Dot> known = new TreeSet<>(client.seen);
        known.add(dot);
        seen.get(at).addAll(known);
        inFlight.add(new Delta(Versions.delta(client.context, sibling), known));
        client.context = client.context.with(dot, sibling.stamp());
        client.seen = known;
    }

    private TermMark mark(long stamped) {
        if (random.nextInt(3) > 0) {
            return TermMark.NONE;
        }
        long base = random.nextBoolean() ? 0 : Math.max(0, stamped - 1 - random.nextInt(100));
        return new TermMark(1 + random.nextInt(3), random.nextInt(4) == 0 ? 77 : 0, base);
    }

    void deliver(int at) {
        if (!inFlight.isEmpty()) {
            int which = random.nextInt(inFlight.size());
            apply(at, inFlight.get(which));
            if (random.nextInt(4) == 0) {
                inFlight.remove(which);
            }
        }
    }

    /** Everything that any replica holds reaches every replica. */
    void converge() {
        for (int i = 1; i < replicas.size(); i++) {
            joinWith(0, i);
        }
        for (int i = 1; i < replicas.size(); i++) {
            joinWith(i, 0);
        }
    }

    /** The writes that no other write has superseded: exactly these must live in the end. */
    Set<Dot> unsuperseded() {
        Set<Dot> alive = new TreeSet<>(writes.keySet());
        writes.values().forEach(alive::removeAll);
        return alive;
    }

    static Set<Dot> alive(Versions versions) {
        Set<Dot> dots = new TreeSet<>();
        versions.siblings().forEach(sibling -> dots.add(sibling.dot()));
        return dots;
    }

    private void read(int at, Client client) {
        client.context = replicas.get(at).clock();
        client.seen = new TreeSet<>(seen.get(at));
    }

    private void joinWith(int at, int from) {
        replicas.set(at, replicas.get(at).join(replicas.get(from)));
        seen.get(at).addAll(seen.get(from));
    }

    private void apply(int at, Delta delta) {
        replicas.set(at, replicas.get(at).join(delta.versions));
        seen.get(at).addAll(delta.seen);
    }

    /** Mostly rising, now and then equal to an earlier one or behind it, as clocks of several nodes are. */
    private long stampOfWrite() {
        stamp += random.nextInt(3);
        return Math.max(0, stamp - random.nextInt(5));
    }
}
