package io.kindred.server;

import io.kindred.metrics.LatencyHistogram;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The connections that have something to do once the present turn of the loop is over: the replies of all that were read
 * from are flushed together, and those that were completed outside of a read; paused connections go on; then those that wait
 * for room among the commands in flight. What was answered is counted last, with one look at the clock.
 *
 * <p>Owned by: the loop thread.
 */
final class LoopTurn implements Runnable {
    /** Answers of one turn that are counted together; past them the clock is read once more. */
    private static final int ANSWERS_MAX = 1024;

    private final EventLoop loop;
    private final ClientLoad load;
    private List<ClientConnection> due = new ArrayList<>();
    private List<ClientConnection> visited = new ArrayList<>();
    private final SlowCommands slow;
    private final ServerClock clock;
    private final LatencyHistogram[] latencies = new LatencyHistogram[ANSWERS_MAX];
    private final long[] started = new long[ANSWERS_MAX];
    private int answers;
    private long nanos;
    private long firstNanos;
    private long wallMillis;
    private boolean clockRead;

    LoopTurn(EventLoop loop, ClientLoad load, SlowCommands slow, ServerClock clock) {
        this.loop = loop;
        this.load = load;
        this.slow = slow;
        this.clock = clock;
    }

    /**
     * What one connection has sent is read: what was done before is done. One clock is read each time, the other once a turn.
     *
     * @return milliseconds since 1970
     */
    long beginRead() {
        long now = clock.nanos().getAsLong();
        slow.look(now);
        if (!clockRead) {
            clockRead = true;
            wallMillis = clock.wall().millis();
            firstNanos = now;
        }
        nanos = now;
        return wallMillis + TimeUnit.NANOSECONDS.toMillis(now - firstNanos);
    }

    /** When the present read began; else, when something was first done for a client in this turn. */
    long nanos() {
        if (!clockRead) {
            beginRead();
        }
        return nanos;
    }

    /** A command is answered; at the end of the turn, when its reply is on its way, it is counted there. */
    void answered(LatencyHistogram latency, long startedNanos) {
        if (answers == ANSWERS_MAX) {
            count();
        }
        latencies[answers] = latency;
        started[answers] = startedNanos;
        answers++;
    }

    private void count() {
        long now = clock.nanos().getAsLong();
        slow.look(now);
        for (int i = 0; i < answers; i++) {
            latencies[i].record(now - started[i]);
        }
        answers = 0;
    }

    void visit(ClientConnection connection) {
        if (connection.planVisit()) {
            due.add(connection);
            if (due.size() == 1) {
                loop.execute(this);
            }
        }
    }

    @Override
    public void run() {
        List<ClientConnection> now = due;
        due = visited;
        visited = now;
        for (ClientConnection connection : now) {
            try {
                connection.visit();
            } catch (RuntimeException failure) {
                // One client's trouble must not leave the others unvisited.
                connection.failed(failure);
            }
        }
        now.clear();
        load.wakeReady();
        if (answers > 0) {
            count();
        }
        clockRead = false;
    }
}
