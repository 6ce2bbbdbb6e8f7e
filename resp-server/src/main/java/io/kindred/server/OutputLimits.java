package io.kindred.server;

/**
 * What a client's replies and pushes may hold, encoded or not: {@code client-output-buffer-limit}, by class of client.
 */
public record OutputLimits(Limit normal, Limit pubsub) {
    /**
     * Of one class.
     *
     * @param hardBytes {@link ClientClass#closedPastBytes} says what comes of it
     * @param softBytes a client that holds so much for longer than {@code softSeconds} is closed; 0: none is
     */
    public record Limit(long hardBytes, long softBytes, int softSeconds) {
        public Limit {
            if (hardBytes < 1 || softBytes < 0 || softSeconds < 0) {
                throw new IllegalArgumentException(
                        "limits out of range: " + hardBytes + ", " + softBytes + ", " + softSeconds);
            }
        }

        public Limit withHardBytes(long bytes) {
            return new Limit(bytes, softBytes, softSeconds);
        }
    }

    Limit of(ClientClass kind) {
        return kind == ClientClass.NORMAL ? normal : pubsub;
    }
}
