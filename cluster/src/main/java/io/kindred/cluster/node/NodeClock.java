package io.kindred.cluster.node;

/** The clocks that a core is told of. */
public interface NodeClock {
    /** This machine's. */
    NodeClock SYSTEM = new NodeClock() {
        private final long originNanos = System.nanoTime();

        @Override
        public long nanos() {
            return System.nanoTime() - originNanos;
        }

        @Override
        public long wallMillis() {
            return System.currentTimeMillis();
        }
    };

    /** Monotonic, not negative. */
    long nanos();

    /** Unix time. */
    long wallMillis();
}
