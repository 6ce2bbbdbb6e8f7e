package io.kindred.server;

/** What kind of client one is, as {@code client-output-buffer-limit} and CLIENT LIST TYPE tell them apart. */
public enum ClientClass {
    /** What it is told is mostly what it asks for. */
    NORMAL("normal", 2),
    /** It has subscribed: what it is told is what others publish. */
    PUBSUB("pubsub", 1);

    private final String text;
    private final int hardLimits;

    ClientClass(String text, int hardLimits) {
        this.text = text;
        this.hardLimits = hardLimits;
    }

    /** Whether CLIENT LIST and CLIENT KILL call it so, in lower case. */
    boolean isCalled(String type) {
        return text.equals(type);
    }

    /**
     * Past how much a client is closed at once. A normal one is not read from the hard limit on; but a single reply may be longer
     * than that, and what was in flight when it was reached comes on top: the client has no part in either. Nothing slows what
     * is published.
     */
    long closedPastBytes(long hardBytes) {
        return hardLimits * hardBytes;
    }
}
