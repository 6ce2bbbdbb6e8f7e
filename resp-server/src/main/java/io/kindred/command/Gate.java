package io.kindred.command;

import io.kindred.cluster.message.Reply;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a command has to pass before it runs. Gates stand in a row, in the order in which Redis asks, and the first that
 * refuses answers. A gate follows the flags of the command, never its name, so that what {@code COMMAND INFO} tells of a command
 * is what holds for it.
 *
 * <p>Each command of each client passes all of them: a gate that is open says so from one field.
 */
@FunctionalInterface
interface Gate {
    /** Null: the command may pass. */
    @Nullable
    Reply refusal(CommandSpec spec, Session session, byte[][] args);

    /** Those of a node, in their order. */
    static List<Gate> of(ServerView server) {
        return List.of(new Authentication(), new KeyLength(server.settings()), new Subscribed(), new Loading(server));
    }

    /** Who has not said the password runs only what is flagged {@code no_auth}. */
    record Authentication() implements Gate {
        private static final Reply NO_AUTH = Reply.error("NOAUTH Authentication required.");

        @Override
        public @Nullable Reply refusal(CommandSpec spec, Session session, byte[][] args) {
            return session.user().isAuthenticated() || spec.has(CommandSpec.Flag.NO_AUTH) ? null : NO_AUTH;
        }
    }

    /** No key is longer than {@code max-key-bytes}. */
    record KeyLength(Settings settings) implements Gate {
        @Override
        public @Nullable Reply refusal(CommandSpec spec, Session session, byte[][] args) {
            return spec.hasKeyLongerThan(settings.keyBytesMax(), args) ? Errors.KEY_TOO_LONG : null;
        }
    }

    /** What a client is told in RESP2 that has subscribed are messages: it runs only what is flagged {@code SUBSCRIBED}. */
    record Subscribed() implements Gate {
        @Override
        public @Nullable Reply refusal(CommandSpec spec, Session session, byte[][] args) {
            if (!session.isInSubscribedMode() || spec.has(CommandSpec.Flag.SUBSCRIBED)) {
                return null;
            }
            return Reply.error(
                    "ERR Can't execute '" + spec.name() + "': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING /"
                            + " QUIT / RESET are allowed in this context");
        }
    }

    /**
     * While a node replays its log or joins, it runs what is flagged {@code loading} and nothing else: an answer would be a
     * guess. What looks at the cluster, or says whose place to take, has to wait until the log is replayed.
     */
    record Loading(ServerView server) implements Gate {
        private static final Reply LOADING =
                Reply.error("LOADING Kindred is loading its data or joining its ring; try again soon");

        @Override
        public @Nullable Reply refusal(CommandSpec spec, Session session, byte[][] args) {
            Settings settings = server.settings();
            if (!settings.loading() || spec.has(CommandSpec.Flag.LOADING)) {
                return null;
            }
            if (spec.has(CommandSpec.Flag.JOINING) && server.cluster().isOpen()) {
                return null;
            }
            String why = settings.whyLoading();
            return why.isEmpty() ? LOADING : Reply.error("LOADING " + why);
        }
    }
}
