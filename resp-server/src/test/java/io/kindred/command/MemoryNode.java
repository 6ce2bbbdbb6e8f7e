package io.kindred.command;

import io.kindred.cluster.message.Reply;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** All commands over a keyspace in memory, for tests that need more of a node than one package has. */
public final class MemoryNode implements NodePort {
    final MemorySaves saves = new MemorySaves(true);
    final MemoryPeers peers = new MemoryPeers();
    private final PubSub pubSub = new PubSub(peers);
    private final CommandDispatcher dispatcher;
    private final CommandTable table;
    private final MemoryCluster cluster;
    private final ServerView view;

    /** @param more adds the commands that are not among {@link Commands#standard} */
    public MemoryNode(Settings settings, InstantSource clock, Consumer<CommandTable.Builder> more) {
        CommandTable.Builder commands = Commands.standard(settings);
        more.accept(commands);
        pubSub.addCommands(commands);
        table = commands.build();
        MemoryKeys keys = new MemoryKeys(table, clock);
        cluster = new MemoryCluster(keys, clock);
        view = new ServerView(keys, cluster, new MemoryConfig(), this, settings, table, clock);
        dispatcher = new CommandDispatcher(view);
    }

    public CommandDispatcher dispatcher() {
        return dispatcher;
    }

    MemoryCluster cluster() {
        return cluster;
    }

    ServerView view() {
        return view;
    }

    public List<CommandSpec> commands() {
        return table.specs();
    }

    @Override
    public HealthView health() {
        return new HealthView("n1", "ok", true, List.of());
    }

    @Override
    public String info(Set<String> sections) {
        return "";
    }

    @Override
    public String version() {
        return "0.0.0";
    }

    @Override
    public SavePort saves() {
        return saves;
    }

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
