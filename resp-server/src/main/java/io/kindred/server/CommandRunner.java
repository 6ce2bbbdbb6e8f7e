package io.kindred.server;

import io.kindred.command.Admission;
import io.kindred.command.Session;

/** What runs the commands that connections decode. */
@FunctionalInterface
public interface CommandRunner {
    /**
     * Runs one command of this connection, on the connection's thread. One that {@link Admission#runAlone},
     * {@link Admission#mayWrite} or {@link Admission#mayRead} told to wait is not started, and run again later.
     *
     * @param args at least one; handed over
     * @param reply to be completed exactly once, now or later, on the same thread
     */
    void run(Session session, byte[][] args, ReplySlot reply);

    /** The first {@code count} commands are run next, most likely. */
    default void foresee(Session session, byte[][][] commands, int count) {}
}
