package io.kindred.cluster.wire;

import io.kindred.cluster.message.Message;
import io.kindred.cluster.message.PubSubMessage;
import io.kindred.cluster.message.ScriptMessage;

/** The versions of the wire format that a node speaks: all from {@code min} to {@code max}. */
public record WireVersions(int min, int max) {

    public static final WireVersions CURRENT = new WireVersions(10, 13);

    /** Publish and subscribe came with it. */
    private static final int WITH_PUBLICATIONS = 11;
    /** Frames of several messages, and acknowledgements of several requests. */
    private static final int WITH_SHARED_FRAMES = 12;
    /** Scripts that are asked for, and forgotten. */
    private static final int WITH_SCRIPTS = 13;

    /** The newest version that both speak, or -1. */
    int common(int otherMin, int otherMax) {
        int newest = Math.min(max, otherMax);
        return newest >= Math.max(min, otherMin) ? newest : -1;
    }

    /** Whether a connection on which this version is spoken carries such a message. */
    static boolean speaks(int version, Message message) {
        return (version >= WITH_PUBLICATIONS || !(message instanceof PubSubMessage))
                && (version >= WITH_SCRIPTS || !(message instanceof ScriptMessage));
    }

    /** Whether a frame may have more than one message, and a message acknowledge more than one request. */
    static boolean sharesFrames(int version) {
        return version >= WITH_SHARED_FRAMES;
    }

    String text() {
        return text(min, max);
    }

    static String text(int min, int max) {
        return min == max ? Integer.toString(min) : min + " to " + max;
    }
}
