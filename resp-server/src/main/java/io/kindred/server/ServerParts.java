package io.kindred.server;

import io.kindred.command.CommandTable;
import io.netty.util.concurrent.EventExecutor;

/**
 * What all connections of a server share, and the commands that look at connections.
 *
 * <p>Owned by: the loop thread.
 */
public final class ServerParts {
    private final ClientSettings settings;
    private final ServerClock clock;
    private final ClientRegistry clients = new ClientRegistry();
    private final ServerCounters counters = new ServerCounters();
    private final SlowCommands slow;
    private final WrongPasswords wrongPasswords;
    private final ClientPause pause;
    private final EventExecutor loop;

    /** @param loop on which all of the server runs */
    public ServerParts(EventExecutor loop, ClientSettings settings, ServerClock clock) {
        this.settings = settings;
        this.clock = clock;
        this.loop = loop;
        this.pause = new ClientPause(loop, clock.nanos());
        this.slow = new SlowCommands(clock, settings);
        this.wrongPasswords = new WrongPasswords(loop, clock.wall(), counters);
    }

    public void addCommands(CommandTable.Builder table) {
        ConnectionCommands.register(table, wrongPasswords);
        ClientCommand.register(table, clients, pause, new TrackingCommands(clients));
        WaitCommand.register(table, loop);
        SlowCommand.register(table, slow, settings);
    }

    ClientSettings settings() {
        return settings;
    }

    ServerClock clock() {
        return clock;
    }

    ClientRegistry clients() {
        return clients;
    }

    ServerCounters counters() {
        return counters;
    }

    ClientPause pause() {
        return pause;
    }

    SlowCommands slow() {
        return slow;
    }
}
