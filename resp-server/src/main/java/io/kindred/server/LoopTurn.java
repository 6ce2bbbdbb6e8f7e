package io.kindred.server;

import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.List;

/**
 * The connections that have something to do once the present turn of the loop is over: the replies of all that were read
 * from are flushed together, and those that were completed outside of a read; paused connections go on; then those that wait
 * for room among the commands in flight.
 *
 * <p>Owned by: the loop thread.
 */
final class LoopTurn implements Runnable {
    private final EventLoop loop;
    private final ClientLoad load;
    private List<ClientConnection> due = new ArrayList<>();
    private List<ClientConnection> visited = new ArrayList<>();

    LoopTurn(EventLoop loop, ClientLoad load) {
        this.loop = loop;
        this.load = load;
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
    }
}
