package io.kindred.command;

import io.kindred.cluster.message.Operation;
import io.kindred.cluster.message.Outcome;
import io.kindred.cluster.message.Reply;
import org.jspecify.annotations.Nullable;

/** What a command does. The kinds differ in what they need, from a look at the session to a walk over the cluster. */
public sealed interface Action {
    /**
     * Whether it runs alone among the commands of its connection, because it looks at what any of them may change, or
     * changes what any of them may look at: it begins when all before it are answered, and what is behind it when it is.
     * Commands on keys are kept in order by {@link KeyOrder}. All others look at the connection and change it, at once,
     * and no command behind them can be earlier.
     */
    default boolean isAlone() {
        return false;
    }

    /** As {@link #isAlone()}, where that depends on the arguments. */
    default boolean isAlone(byte[][] args) {
        return isAlone();
    }

    /** Whether, as things are, it writes to the storage beside what its flags say. */
    default boolean writes(Session session) {
        return false;
    }

    /** Answers at once, from the session and what this node knows. */
    @FunctionalInterface
    non-sealed interface OfSession extends Action {
        Reply run(Session session, byte[][] args, ServerView server);
    }

    /** Answers at once, from the whole node, or changes it. */
    @FunctionalInterface
    non-sealed interface OfNode extends Action {
        Reply run(Session session, byte[][] args, ServerView server);

        @Override
        default boolean isAlone() {
            return true;
        }
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

    /** It takes its place among the commands on keys by itself. */
    @FunctionalInterface
    non-sealed interface OfTurn extends Action {
        void start(Session session, byte[][] args, ServerView server, ReplySink sink);
    }

    /** Operations on several keys, or in several steps. */
    @FunctionalInterface
    non-sealed interface OfKeys extends Action {
        Plan plan(byte[][] args, int db, long nowMillis);

        /** What runs instead where the arguments name one key only, which is cheaper; or null. */
        default @Nullable OfKey single(byte[][] args) {
            return null;
        }

        /** Whether it reads its keys in a step of its own, before it changes them. */
        default boolean readsFirst() {
            return false;
        }

        /** Whether all that it sends are puts, which do not look at what they change. */
        default boolean isBlind() {
            return false;
        }
    }

    /** Answers later, for all keys of a database. */
    @FunctionalInterface
    non-sealed interface OfKeyspace extends Action {
        void run(Session session, byte[][] args, ServerView server, ReplySink sink);

        @Override
        default boolean isAlone() {
            return true;
        }
    }

    /** Answers later, from ports that ask other nodes or read files. */
    @FunctionalInterface
    non-sealed interface OfCluster extends Action {
        void run(Session session, byte[][] args, ServerView server, ReplySink sink);

        @Override
        default boolean isAlone() {
            return true;
        }
    }
}
