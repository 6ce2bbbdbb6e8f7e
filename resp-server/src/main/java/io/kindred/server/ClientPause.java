package io.kindred.server;

import io.kindred.cluster.message.Reply;
import io.netty.util.concurrent.EventExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * CLIENT PAUSE: until when clients are held back, and whether only those that write. A client is held at its first command that is
 * not let pass; it is not read from meanwhile, and its deadline has not begun.
 *
 * <p>Owned by: the loop thread.
 */
final class ClientPause {
    private static final Reply NOT_A_TIMEOUT = Reply.error("ERR timeout is not an integer or out of range");
    private static final Reply NEGATIVE = Reply.error("ERR timeout is negative");
    private static final Reply UNKNOWN =
            Reply.error("ERR unknown subcommand or wrong number of arguments for 'PAUSE'. Try CLIENT HELP.");
    private static final Reply NO_SUCH_MODE = Reply.error("ERR CLIENT PAUSE mode must be WRITE or ALL");

    private final EventExecutor loop;
    private final LongSupplier nanos;
    private Runnable ended = () -> {};
    private boolean on;
    private boolean onlyWrites;
    private long endNanos;

    ClientPause(EventExecutor loop, LongSupplier nanos) {
        this.loop = loop;
        this.nanos = nanos;
    }

    /** Who lets clients go on. */
    void onEnd(Runnable wake) {
        ended = wake;
    }

    boolean isOn() {
        return on;
    }

    /** Whether a command has to wait. */
    boolean holds(boolean writes) {
        return on && (writes || !onlyWrites);
    }

    /** CLIENT PAUSE timeout [WRITE|ALL]: takes the place of the one before. */
    Reply begin(byte[][] args) {
        Long millis = Words.number(args[2]);
        if (args.length > 4) {
            return UNKNOWN;
        }
        String mode = args.length == 4 ? Words.lower(args[3]) : "all";
        if (!mode.equals("all") && !mode.equals("write")) {
            return NO_SUCH_MODE;
        }
        if (millis == null || millis > TimeUnit.NANOSECONDS.toMillis(Long.MAX_VALUE) / 2) {
            return NOT_A_TIMEOUT;
        }
        if (millis < 0) {
            return NEGATIVE;
        }
        on = true;
        onlyWrites = mode.equals("write");
        long end = nanos.getAsLong() + TimeUnit.MILLISECONDS.toNanos(millis);
        endNanos = end;
        loop.schedule(() -> endAt(end), millis, TimeUnit.MILLISECONDS);
        return Reply.OK;
    }

    /** CLIENT UNPAUSE. */
    Reply end() {
        on = false;
        // Clients that go on are decoded, and the one who said so is being decoded now.
        loop.execute(ended);
        return Reply.OK;
    }

    private void endAt(long end) {
        if (on && endNanos == end) {
            end();
        }
    }
}
