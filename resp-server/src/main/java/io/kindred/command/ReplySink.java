package io.kindred.command;

import io.kindred.cluster.message.Reply;

/** Where one command's reply goes: called once, on the loop thread, now or later. */
@FunctionalInterface
public interface ReplySink {
    void complete(Reply reply);
}
