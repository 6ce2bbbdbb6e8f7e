package io.kindred.command;

import io.kindred.cluster.message.Reply;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** All commands over a keyspace in memory, for tests that need more of a node than one package has. */
public final class MemoryNode implements NodePort {
    private final CommandDispatcher dispatcher;
    private final CommandTable table;

    /** @param more adds the commands that are not among {@link Commands#standard} */
    public MemoryNode(Settings settings, InstantSource clock, Consumer<CommandTable.Builder> more) {
        CommandTable.Builder commands = Commands.standard(settings);
        more.accept(commands);
        table = commands.build();
        MemoryKeys keys = new MemoryKeys(table, clock);
        ServerView view =
                new ServerView(keys, new MemoryCluster(keys, clock), new MemoryConfig(), this, settings, table, clock);
        dispatcher = new CommandDispatcher(view);
    }

    public CommandDispatcher dispatcher() {
        return dispatcher;
    }

    public List<CommandSpec> commands() {
        return table.specs();
    }

    @Override
    public String info(Set<String> sections) {
        return "";
    }

    @Override
    public void backUp(String name, Answer<Reply> answer) {
        throw new IllegalStateException("a test makes no backup");
    }

    @Override
    public Reply backupProgress() {
        return Reply.EMPTY_ARRAY;
    }

    @Override
    public void shutdown(boolean save) {
        throw new IllegalStateException("a test does not shut down");
    }
}
