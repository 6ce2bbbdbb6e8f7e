package io.kindred.cluster.wire;

/** The versions of the wire format that a node speaks: all from {@code min} to {@code max}. */
public record WireVersions(int min, int max) {

    public static final WireVersions CURRENT = new WireVersions(10, 10);

    /** The newest version that both speak, or -1. */
    int common(int otherMin, int otherMax) {
        int newest = Math.min(max, otherMax);
        return newest >= Math.max(min, otherMin) ? newest : -1;
    }

    String text() {
        return text(min, max);
    }

    static String text(int min, int max) {
        return min == max ? Integer.toString(min) : min + " to " + max;
    }
}
