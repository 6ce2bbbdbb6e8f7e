package io.kindred.resp;

/**
 * What one request may ask for. A length past its limit is refused when it is announced, before a byte of it is held.
 *
 * @param bulkBytesMax the longest argument ({@code proto-max-bulk-len})
 * @param argsMax the most arguments
 * @param commandBytesMax what all arguments of one command may hold together, with {@link #ARG_OVERHEAD_BYTES} each;
 *     Redis's {@code client-query-buffer-limit} of 1 GB is more than the whole heap of a small node
 */
public record RespLimits(int bulkBytesMax, int argsMax, long commandBytesMax) {
    /** An inline command, and the line that announces a length. */
    public static final int LINE_BYTES_MAX = 64 * 1024;

    /** Before authentication, so that a stranger costs little. */
    public static final int UNAUTHENTICATED_ARGS_MAX = 10;

    public static final int UNAUTHENTICATED_BULK_BYTES_MAX = 16 * 1024;

    /** What an argument costs beside its bytes: the array's header and the reference to it. */
    public static final int ARG_OVERHEAD_BYTES = 24;

    public static final RespLimits DEFAULT = new RespLimits(512 * 1024 * 1024, 1024 * 1024, 128L * 1024 * 1024);

    public RespLimits {
        if (bulkBytesMax < 1 || bulkBytesMax > Integer.MAX_VALUE - 64 || argsMax < 1 || commandBytesMax < 1) {
            throw new IllegalArgumentException(
                    "limits out of range: " + bulkBytesMax + ", " + argsMax + ", " + commandBytesMax);
        }
    }

    public RespLimits withBulkBytesMax(int bytes) {
        return new RespLimits(bytes, argsMax, commandBytesMax);
    }
}
