package io.kindred.server;

/** What runs the commands that connections decode. */
@FunctionalInterface
public interface CommandRunner {
    /**
     * Runs one command of this connection, on the connection's thread. One that {@link ClientSession#runAlone},
     * {@link ClientSession#mayWrite} or {@link ClientSession#mayRead} told to wait is not started, and run again later.
     *
     * @param args at least one; handed over
     * @param reply to be completed exactly once, now or later, on the same thread
     */
    void run(ClientSession session, byte[][] args, ReplySlot reply);

    /** The first {@code count} commands are run next, most likely. */
    default void foresee(ClientSession session, byte[][][] commands, int count) {}
}
