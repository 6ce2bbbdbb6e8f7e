package io.kindred.server;

import io.kindred.command.CommandSpec;
import io.kindred.command.MemoryNode;
import io.kindred.command.Settings;
import io.kindred.script.ScriptLimits;
import java.net.Socket;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A server with all commands, over a keyspace in memory. */
public final class CommandServer implements AutoCloseable, Settings {
    private final TestServer server;
    private final MemoryNode node;
    private final @Nullable String password;

    CommandServer(@Nullable String password, InstantSource clock) throws Exception {
        this(password, new ServerClock(clock, System::nanoTime));
    }

    CommandServer(@Nullable String password, ServerClock clock) throws Exception {
        this.password = password;
        server = new TestServer(true, clock);
        server.passwordRequired = password != null;
        node = new MemoryNode(this, clock.wall(), server.parts()::addCommands);
        server.serve((self, session, args, reply) -> node.dispatcher().run(session, args, reply));
    }

    public CommandServer() throws Exception {
        this(null, InstantSource.system());
    }

    TestServer server() {
        return server;
    }

    public int port() {
        return server.port();
    }

    public List<CommandSpec> commands() {
        return node.commands();
    }

    /** All that the server says to these bytes and their end. */
    String talk(String latin1) throws Exception {
        try (Socket client = server.connect()) {
            TestServer.send(client, latin1);
            client.shutdownOutput();
            return TestServer.receiveAll(client);
        }
    }

    @Override
    public void close() throws Exception {
        server.close();
    }

    @Override
    public long scriptInstructionsMax() {
        return ScriptLimits.INSTRUCTIONS_MAX;
    }

    @Override
    public long scriptMemoryBytesMax() {
        return ScriptLimits.MEMORY_BYTES_MAX;
    }

    @Override
    public long scriptCacheBytesMax() {
        return 1 << 20;
    }

    @Override
    public int keyBytesMax() {
        return 64 * 1024;
    }

    @Override
    public int valueBytesMax() {
        return 1024 * 1024;
    }

    @Override
    public int databases() {
        return 16;
    }

    @Override
    public int replicationN() {
        return 3;
    }

    @Override
    public boolean conflictIsError() {
        return false;
    }

    @Override
    public @Nullable String password() {
        return password;
    }

    @Override
    public boolean loading() {
        return false;
    }
}
