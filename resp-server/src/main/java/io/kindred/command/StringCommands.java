package io.kindred.command;

final class StringCommands {
    static void register(CommandTable.Builder table, Settings settings) {}
}
