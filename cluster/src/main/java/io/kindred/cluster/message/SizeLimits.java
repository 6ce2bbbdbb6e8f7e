package io.kindred.cluster.message;

/** How large what nodes say to each other may be. */
public final class SizeLimits {

    /** No message is longer, in either direction. */
    public static final int FRAME_BYTES_MAX = 64 << 20;

    /**
     * About what the values of one key may take together: a write that would make it more is refused. It is half of a
     * message, because replicas that took such writes apart from each other still merge them.
     */
    public static final int CONTAINER_BYTES_MAX = FRAME_BYTES_MAX / 2;

    /** A larger container does not fit into the answer to a read. */
    public static final int READ_BYTES_MAX = FRAME_BYTES_MAX - 1024;

    /** A larger container is handed over or exchanged in parts, so that none of them takes a message's whole time. */
    public static final int PART_BYTES_MAX = 4 << 20;

    /** More keys are not read and written at once. */
    public static final int GROUP_KEYS_MAX = 10_000;

    private SizeLimits() {}
}
