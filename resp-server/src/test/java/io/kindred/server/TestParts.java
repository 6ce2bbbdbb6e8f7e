package io.kindred.server;

import io.kindred.command.CommandTable;
import io.netty.util.concurrent.ImmediateEventExecutor;
import java.time.InstantSource;

/** The commands of connections, for tests that look at the table and have no server. */
public final class TestParts implements ClientSettings {
    private TestParts() {}

    public static void addCommands(CommandTable.Builder table) {
        ServerClock clock = new ServerClock(InstantSource.system(), System::nanoTime);
        new ServerParts(ImmediateEventExecutor.INSTANCE, new TestParts(), clock).addCommands(table);
    }

    @Override
    public ServerLimits limits() {
        return ServerLimits.DEFAULT;
    }

    @Override
    public boolean passwordRequired() {
        return false;
    }

    @Override
    public int timeoutSeconds() {
        return 0;
    }

    @Override
    public int keepAliveSeconds() {
        return 0;
    }

    @Override
    public SlowLimits slow() {
        return SlowLimits.of(-1, 0, 0);
    }
}
