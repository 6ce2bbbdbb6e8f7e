package io.kindred.command;

import io.kindred.cluster.message.Operation;
import io.kindred.cluster.message.Outcome;
import io.kindred.cluster.message.Reply;
import org.jspecify.annotations.Nullable;

/** What a command does. The kinds differ in what they need, from a look at the session to a walk over the cluster. */
public sealed interface Action {

    /** Answers at once, from the session and what this node knows. */
    @FunctionalInterface
    non-sealed interface OfSession extends Action {
        Reply run(Session session, byte[][] args, ServerView server);
    }

    /** One operation on one key: the path of GET and SET, which makes no object but the operation and the request. */
    non-sealed interface OfKey extends Action {
        /** The operation; or null after {@link KeyRequest#refuse}. */
        @Nullable
        Operation plan(KeyRequest request);

        /** What an operation that did not fail means for the client. */
        Reply reply(Outcome outcome, KeyRequest request);

        /** What to try once in place of an operation that failed like this; null: nothing. */
        default @Nullable Operation instead(Outcome failure, KeyRequest request) {
            return null;
        }
    }

    /** Operations on several keys, or in several steps. */
    @FunctionalInterface
    non-sealed interface OfKeys extends Action {
        Plan plan(byte[][] args, int db, long nowMillis);

        /** What runs instead where the arguments name one key only, which is cheaper; or null. */
        default @Nullable OfKey single(byte[][] args) {
            return null;
        }
    }

    /**
     * Answers later, for all keys of a database. It runs alone among the commands of its connection: it sees what those
     * before it did, and nothing of those behind it.
     */
    @FunctionalInterface
    non-sealed interface OfKeyspace extends Action {
        void run(Session session, byte[][] args, ServerView server, ReplySink sink);
    }

    /** Answers later, from ports that ask other nodes. */
    @FunctionalInterface
    non-sealed interface OfCluster extends Action {
        void run(Session session, byte[][] args, ServerView server, ReplySink sink);
    }
}
