package io.kindred.server;

import io.kindred.command.Session;

/** What kind of client one is, as {@code client-output-buffer-limit} and CLIENT LIST TYPE tell them apart. */
public enum ClientClass {
    /** What it is told is mostly what it asks for. */
    NORMAL("normal", 2),
    /** It has subscribed: what it is told is what others publish. */
    PUBSUB("pubsub", 1),
    /** It sees what others send. Redis calls it normal; what it may leave untaken is as much as a subscriber may. */
    MONITOR("normal", 1);

    private final String text;
    private final int hardLimits;

    ClientClass(String text, int hardLimits) {
        this.text = text;
        this.hardLimits = hardLimits;
    }

    static ClientClass of(Session session) {
        if (session.isMonitor()) {
            return MONITOR;
        }
        return session.subscriptions().isAny() ? PUBSUB : NORMAL;
    }

    /** The class whose limits hold for it. */
    ClientClass limit() {
        return this == MONITOR ? PUBSUB : this;
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
