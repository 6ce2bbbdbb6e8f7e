package io.kindred.command;

/** Every command that this node knows, family by family. */
public final class Commands {
    private Commands() {}

    /** Families that need more of the server than {@link ServerView} has are added to the builder by the caller. */
    public static CommandTable.Builder standard(Settings settings) {
        CommandTable.Builder table = new CommandTable.Builder();
        GetCommands.register(table);
        PutCommands.register(table, settings);
        CounterCommands.register(table);
        EditCommands.register(table, settings);
        SeveralCommands.register(table, settings);
        KeyCommands.register(table);
        TransactionCommands.register(table);
        ScriptCommands.register(table, settings);
        ExpiryCommands.register(table);
        KeyspaceCommands.register(table);
        ObjectCommands.register(table);
        ServerCommands.register(table);
        ToolCommands.register(table);
        MemoryCommands.register(table);
        ConfigCommand.register(table);
        Monitors.register(table);
        CommandCommand.register(table);
        KinKeyCommands.register(table, settings);
        KinClusterCommands.register(table);
        KinBackupCommands.register(table, settings);
        return table;
    }
}
