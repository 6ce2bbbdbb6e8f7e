package io.kindred.server;

import static io.kindred.command.CommandSpec.Flag.LOADING;
import static io.kindred.command.CommandSpec.Flag.NOSCRIPT;
import static io.kindred.command.CommandSpec.Flag.STALE;

import io.kindred.cluster.message.Reply;
import io.kindred.command.Action;
import io.kindred.command.Answer;
import io.kindred.command.CommandSpec;
import io.kindred.command.CommandTable;
import io.kindred.command.ReplySink;
import io.kindred.command.ServerView;
import io.kindred.command.Session;
import io.kindred.command.TrackedClient;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** CLIENT TRACKING, CACHING, TRACKINGINFO and GETREDIR, in Redis's words. */
final class TrackingCommands {
    private static final Reply NOT_AN_INTEGER = Reply.error("ERR value is not an integer or out of range");
    private static final Reply ONE_REDIRECT = Reply.error("ERR A client can only redirect to a single other client");
    private static final Reply NO_SUCH_CLIENT = Reply.error("ERR The client ID you want redirect to does not exist");
    private static final Reply PREFIX_OF_BCAST = Reply.error("ERR PREFIX option requires BCAST mode to be enabled");
    private static final Reply OTHER_BCAST =
            Reply.error("ERR You can't switch BCAST mode on/off before disabling tracking"
                    + " for this client, and then re-enabling it with a different mode.");
    private static final Reply BCAST_AND_OPT = Reply.error("ERR OPTIN and OPTOUT are not compatible with BCAST");
    private static final Reply OPTIN_AND_OUT = Reply.error("ERR You can't specify both OPTIN mode and OPTOUT mode");
    private static final Reply OTHER_OPT =
            Reply.error("ERR You can't switch OPTIN/OPTOUT mode before disabling tracking"
                    + " for this client, and then re-enabling it with a different mode.");
    private static final Reply NO_CACHING = Reply.error("ERR CLIENT CACHING can be called only when the client is in"
            + " tracking mode with OPTIN or OPTOUT mode enabled");
    private static final Reply NO_OPTIN =
            Reply.error("ERR CLIENT CACHING YES is only valid when tracking is enabled in OPTIN mode.");
    private static final Reply NO_OPTOUT =
            Reply.error("ERR CLIENT CACHING NO is only valid when tracking is enabled in OPTOUT mode.");

    private final ClientRegistry clients;

    TrackingCommands(ClientRegistry clients) {
        this.clients = clients;
    }

    void register(CommandTable.Builder table) {
        table.add(
                spec("tracking", -3, "6.0.0", "Has the client told when what it has read changes."),
                (Action.OfCluster) this::tracking);
        table.add(spec("caching", 3, "6.0.0", "Says whether the next reply is kept."), (Action.OfSession)
                (session, args, server) -> caching(session.tracked(), Words.lower(args[2])));
        table.add(spec("trackinginfo", 2, "6.2.0", "Tells how copies are tracked."), (Action.OfSession)
                (session, args, server) -> info(session.tracked()));
        table.add(spec("getredir", 2, "6.0.0", "Tells which client is told in place of this one."), (Action.OfSession)
                (session, args, server) -> Reply.integer(redirect(session.tracked())));
    }

    private static CommandSpec.Builder spec(String name, int arity, String since, String summary) {
        return CommandSpec.named("client|" + name, arity)
                .docs("connection", since, "O(1)", summary)
                .flags(NOSCRIPT, LOADING, STALE)
                .categories("connection");
    }

    private void tracking(Session session, byte[][] args, ServerView server, ReplySink sink) {
        Parsed parsed = new Parsed();
        Reply error = parsed.parse(args, clients);
        String word = Words.lower(args[2]);
        if (error == null && !word.equals("on") && !word.equals("off")) {
            error = ClientCommand.SYNTAX;
        }
        if (error == null && word.equals("on")) {
            error = parsed.conflict(session.tracked());
        }
        if (error != null) {
            sink.complete(error);
        } else if (word.equals("off")) {
            server.commands().tracking().end(session);
            sink.complete(Reply.OK);
        } else {
            server.commands().tracking().begin(session, parsed.options(session.tracked()), new Answer<>() {
                @Override
                public void done(Reply reply) {
                    sink.complete(Reply.OK);
                }

                @Override
                public void failed(String why) {
                    sink.complete(Reply.error(why));
                }
            });
        }
    }

    /** The options of CLIENT TRACKING. */
    private static final class Parsed {
        private long redirect;
        private boolean broadcast;
        private boolean optIn;
        private boolean optOut;
        private boolean noLoop;
        private final List<byte[]> prefixes = new ArrayList<>();

        @Nullable
        Reply parse(byte[][] args, ClientRegistry clients) {
            for (int i = 3; i < args.length; i++) {
                boolean hasMore = i + 1 < args.length;
                switch (Words.lower(args[i])) {
                    case "bcast" -> broadcast = true;
                    case "optin" -> optIn = true;
                    case "optout" -> optOut = true;
                    case "noloop" -> noLoop = true;
                    case "prefix" -> {
                        if (!hasMore) {
                            return ClientCommand.SYNTAX;
                        }
                        prefixes.add(args[++i]);
                    }
                    case "redirect" -> {
                        Reply error = hasMore ? redirect(args[++i], clients) : ClientCommand.SYNTAX;
                        if (error != null) {
                            return error;
                        }
                    }
                    default -> {
                        return ClientCommand.SYNTAX;
                    }
                }
            }
            return null;
        }

        private @Nullable Reply redirect(byte[] word, ClientRegistry clients) {
            Long id = Words.number(word);
            if (redirect != 0) {
                return ONE_REDIRECT;
            }
            if (id == null) {
                return NOT_AN_INTEGER;
            }
            redirect = id;
            return clients.find(id) == null ? NO_SUCH_CLIENT : null;
        }

        /** What does not go together, in the order in which Redis looks. */
        @Nullable
        Reply conflict(TrackedClient client) {
            TrackedClient.Options now = client.options();
            if (!prefixes.isEmpty() && !broadcast) {
                return PREFIX_OF_BCAST;
            }
            if (client.isOn() && now.broadcast() != broadcast) {
                return OTHER_BCAST;
            }
            if (broadcast && (optIn || optOut)) {
                return BCAST_AND_OPT;
            }
            if (optIn && optOut) {
                return OPTIN_AND_OUT;
            }
            if (optIn && now.optOut() || optOut && now.optIn()) {
                return OTHER_OPT;
            }
            return overlap(now.prefixes());
        }

        private @Nullable Reply overlap(List<byte[]> existing) {
            for (int i = 0; i < prefixes.size(); i++) {
                for (byte[] other : existing) {
                    if (overlap(prefixes.get(i), other)) {
                        return overlaps(prefixes.get(i), "an existing prefix", other);
                    }
                }
                for (byte[] other : prefixes.subList(i + 1, prefixes.size())) {
                    if (overlap(prefixes.get(i), other)) {
                        return overlaps(prefixes.get(i), "another provided prefix", other);
                    }
                }
            }
            return null;
        }

        private static boolean overlap(byte[] one, byte[] other) {
            int length = Math.min(one.length, other.length);
            return Arrays.equals(one, 0, length, other, 0, length);
        }

        private static Reply overlaps(byte[] one, String what, byte[] other) {
            return Reply.error("ERR Prefix '" + Words.text(one) + "' overlaps with " + what + " '" + Words.text(other)
                    + "'. Prefixes for a single client must not overlap.");
        }

        /** Prefixes come to those that are there. */
        TrackedClient.Options options(TrackedClient client) {
            List<byte[]> all = new ArrayList<>(client.options().prefixes());
            for (byte[] prefix : prefixes) {
                if (all.stream().noneMatch(other -> Arrays.equals(other, prefix))) {
                    all.add(prefix);
                }
            }
            return new TrackedClient.Options(redirect, broadcast, optIn, optOut, noLoop, List.copyOf(all));
        }
    }

    private static Reply caching(TrackedClient client, String word) {
        TrackedClient.Options options = client.options();
        if (!client.isOn()) {
            return NO_CACHING;
        }
        boolean isYes = word.equals("yes");
        if (!isYes && !word.equals("no")) {
            return ClientCommand.SYNTAX;
        }
        if (isYes && !options.optIn()) {
            return NO_OPTIN;
        }
        if (!isYes && !options.optOut()) {
            return NO_OPTOUT;
        }
        client.caching();
        return Reply.OK;
    }

    private static long redirect(TrackedClient client) {
        return client.isOn() ? client.options().redirect() : -1;
    }

    private static Reply info(TrackedClient client) {
        TrackedClient.Options options = client.options();
        List<String> flags = new ArrayList<>();
        flags.add(client.isOn() ? "on" : "off");
        add(flags, "bcast", options.broadcast());
        add(flags, "optin", options.optIn());
        add(flags, "caching-yes", options.optIn() && client.isCaching());
        add(flags, "optout", options.optOut());
        add(flags, "caching-no", options.optOut() && client.isCaching());
        add(flags, "noloop", options.noLoop());
        add(flags, "broken_redirect", client.isBroken());
        return new Reply.Pairs(List.of(
                Reply.bulk("flags"),
                new Reply.Unordered(flags.stream().map(Reply::bulk).toList()),
                Reply.bulk("redirect"),
                Reply.integer(redirect(client)),
                Reply.bulk("prefixes"),
                Reply.array(options.prefixes().stream().map(Reply::bulk).toList())));
    }

    private static void add(List<String> flags, String flag, boolean applies) {
        if (applies) {
            flags.add(flag);
        }
    }
}
