package io.kindred.command;

/**
 * What a client asked for last, and when.
 *
 * <p>Owned by: the connection's loop thread.
 */
public final class LastCommand {
    private String name = "NULL";
    private long millis;

    LastCommand(long nowMillis) {
        millis = nowMillis;
    }

    /** As {@code get} or {@code client|list}; {@code NULL} before the first. */
    public String name() {
        return name;
    }

    /** When a command came last, known or not. */
    public long millis() {
        return millis;
    }

    /** A command has come. */
    public void came(long nowMillis) {
        millis = nowMillis;
    }

    /** It exists, and has the right number of arguments. */
    void is(CommandSpec command) {
        name = command.name();
    }
}
