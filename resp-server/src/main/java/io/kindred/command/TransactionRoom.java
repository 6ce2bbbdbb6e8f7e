package io.kindred.command;

import io.kindred.metrics.MetricSet;
import io.kindred.metrics.Unit;

/** How much all clients of a node have queued behind MULTI. Owned by: the loop thread. */
public final class TransactionRoom {
    public static final MetricSet<TransactionRoom> METRICS = MetricSet.<TransactionRoom>of(TransactionRoom.class)
            .gauge("transactions_queued_bytes", Unit.BYTES, "What clients have queued behind MULTI.", r -> r.bytes)
            .gauge("transactions_queued_bytes_max", Unit.BYTES, "How much it may be.", r -> r.bytesMax)
            .counter("transactions", "EXECs that ran.", r -> r.runs)
            .counter(
                    "transactions_failed", "EXECs that ran nothing, because a watched key had changed.", r -> r.changed)
            .counter("transactions_refused", "Commands for which MULTI had no room.", r -> r.refused)
            .build();

    private static final int COMMAND_BYTES = 64;
    private static final int ARGUMENT_BYTES = 24;

    private final long bytesMax;
    private long bytes;
    private long refused;
    private long runs;
    private long changed;

    public TransactionRoom(long bytesMax) {
        this.bytesMax = bytesMax;
    }

    static long sizeBytes(byte[]... args) {
        long size = COMMAND_BYTES;
        for (byte[] arg : args) {
            size += ARGUMENT_BYTES + arg.length;
        }
        return size;
    }

    /** False: there is no room. */
    boolean take(long moreBytes) {
        if (bytes + moreBytes > bytesMax) {
            refused++;
            return false;
        }
        bytes += moreBytes;
        return true;
    }

    void give(long lessBytes) {
        bytes -= lessBytes;
    }

    void ran(boolean isChanged) {
        runs += isChanged ? 0 : 1;
        changed += isChanged ? 1 : 0;
    }
}
