package io.kindred.command;

import io.kindred.cluster.message.Reply;
import java.util.function.Function;

/** Turns what a port answers into the client's reply. */
final class LaterReply {
    private LaterReply() {}

    static <T> Answer<T> of(ReplySink sink, Function<T, Reply> show) {
        return new Answer<T>() {
            @Override
            public void done(T value) {
                sink.complete(show.apply(value));
            }

            @Override
            public void failed(String error) {
                sink.complete(Reply.error(error));
            }
        };
    }

    static Answer<Reply> as(ReplySink sink) {
        return of(sink, reply -> reply);
    }
}
