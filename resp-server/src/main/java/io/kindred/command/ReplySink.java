package io.kindred.command;

import io.kindred.cluster.message.Reply;

/** Where one command's reply goes: completed once, on the loop thread, now or later. */
@FunctionalInterface
public interface ReplySink {
    void complete(Reply reply);

    /** One of several replies, before the one that completes the command. */
    default void also(Reply reply) {
        throw new UnsupportedOperationException("a command with several replies");
    }
}
