package io.kindred.cluster.message;

import java.util.List;

/** Scripts that one node knows and another may not. */
public sealed interface ScriptMessage extends Message {
    /** Asks for the scripts of these names, each the SHA1 of its text in hex. */
    record ScriptRequest(long requestId, List<String> names) implements ScriptMessage {
        @Override
        public void deliver(long from, MessageHandler handler) {
            handler.onScriptRequest(from, this);
        }
    }

    /** The receiver is to forget all scripts; answered by a {@link ScriptReply} of none. */
    record ScriptFlush(long requestId) implements ScriptMessage {
        @Override
        public void deliver(long from, MessageHandler handler) {
            handler.onScriptFlush(from, this);
        }
    }

    /** @param texts in the order asked for, empty where the sender knows none */
    record ScriptReply(long requestId, List<byte[]> texts) implements ScriptMessage, Answer {
        @Override
        public void tell(long from, AnswerHandler handler) {
            handler.onScriptReply(from, this);
        }
    }
}
