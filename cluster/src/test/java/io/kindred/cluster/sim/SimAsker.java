package io.kindred.cluster.sim;

/** A client that asks one thing at a time, at whatever node answers it, and goes on when it is answered, or out of patience. */
abstract class SimAsker {
    private static final long PATIENCE_NANOS = 3_000_000_000L;

    final SimCluster cluster;
    final SimRandom random;
    final int number;
    private final String name;
    private int requests;

    /** @param kind of client, with its number */
    SimAsker(SimCluster cluster, String kind, int number, SimRandom random) {
        this.cluster = cluster;
        this.number = number;
        this.name = kind + number;
        this.random = random;
    }

    final void begin() {
        next(random.between(0, 20_000_000), requests);
    }

    /** Asks, and has {@link #next} called when that is answered. */
    abstract void ask(SimNode node, int request);

    /** Whichever comes first, an answer or the end of its patience: each request is followed by one. */
    final void next(long delayNanos, int request) {
        cluster.schedule.after(delayNanos, name, () -> {
            if (requests == request) {
                act();
            }
        });
    }

    /** A number that no other request of this client has. */
    final int nextRequest() {
        return ++requests;
    }

    private void act() {
        if (cluster.isOver()) {
            return;
        }
        int request = nextRequest();
        SimNode node = cluster.network.any(random);
        if (!node.isServing()) {
            next(5_000_000, request);
            return;
        }
        next(PATIENCE_NANOS, request);
        ask(node, request);
    }
}
