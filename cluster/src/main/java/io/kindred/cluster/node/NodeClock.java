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

    /**
     * This one with a wall clock that is wrong by so much: for tests.
     *
     * @param byMillis how far it is ahead
     */
    default NodeClock wrongBy(long byMillis) {
        NodeClock right = this;
        return new NodeClock() {
            @Override
            public long nanos() {
                return right.nanos();
            }

            @Override
            public long wallMillis() {
                return right.wallMillis() + byMillis;
            }
        };
    }

    /** Monotonic, not negative. */
    long nanos();

    /** Unix time. */
    long wallMillis();
}
