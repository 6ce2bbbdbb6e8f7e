package io.kindred.cluster.wire;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The log of those who have not proven themselves. They choose how often, and from where, they come: so in each minute no more
 * than {@link #LINES_MAX} lines are written of each kind of failure, and one line at its end that counts the others. One kind
 * does not crowd out another, so that garbage hides no node with the wrong secret.
 *
 * <p>Owned by: the event loop.
 */
final class StrangerLog implements AutoCloseable {

    /** Of one kind, in one period. */
    static final int LINES_MAX = 3;

    static final int PERIOD_SECONDS = 60;

    private static final System.Logger LOG = System.getLogger(StrangerLog.class.getName());

    private final EventLoop loop;
    private final int[] lines = new int[HandshakeFailure.Kind.values().length];
    /** The same line is written once in a period. */
    private final Set<String> written = new LinkedHashSet<>();

    private long leftOut;
    private long leftOutEver;
    private @Nullable ScheduledFuture<?> end;

    StrangerLog(EventLoop loop) {
        this.loop = loop;
    }

    void warn(HandshakeFailure.Kind kind, String line) {
        if (end == null) {
            end = loop.schedule(this::endPeriod, PERIOD_SECONDS, TimeUnit.SECONDS);
        }
        if (written.contains(line) || lines[kind.ordinal()] >= LINES_MAX) {
            leftOut++;
            leftOutEver++;
            return;
        }
        lines[kind.ordinal()]++;
        written.add(line);
        LOG.log(System.Logger.Level.WARNING, line);
    }

    /** How many lines were never written. */
    long leftOut() {
        return leftOutEver;
    }

    private void endPeriod() {
        end = null;
        if (leftOut > 0) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    leftOut + " more connections to the cluster port were refused in the last minute");
        }
        leftOut = 0;
        written.clear();
        java.util.Arrays.fill(lines, 0);
    }

    @Override
    public void close() {
        if (end != null) {
            end.cancel(false);
        }
    }
}
