package io.kindred.command;

import static io.kindred.command.CommandSpec.Flag.FAST;
import static io.kindred.command.CommandSpec.Flag.READONLY;
import static io.kindred.command.CommandSpec.Flag.WRITE;

import io.kindred.cluster.keyspace.Glob;
import io.kindred.cluster.message.Reply;
import io.kindred.command.ClusterPort.ScanPage;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** KEYS, SCAN, RANDOMKEY, DBSIZE, FLUSHDB, FLUSHALL: what concerns every key of a database, wherever it lives. */
final class KeyspaceCommands {
    private KeyspaceCommands() {}

    static void register(CommandTable.Builder table) {
        table.add(
                CommandSpec.named("keys", 2)
                        .flags(READONLY)
                        .docs(
                                "generic",
                                "1.0.0",
                                "O(N), N keys in the database",
                                "Lists the keys that match a pattern.")
                        .categories("keyspace", "dangerous")
                        .tips("request_policy:all_shards", "nondeterministic_output_order"),
                (Action.OfKeyspace) (session, args, server, sink) ->
                        new KeysWalk(server.cluster(), session.db(), args[1], sink).start());
        table.add(
                CommandSpec.named("scan", -2)
                        .flags(READONLY)
                        .docs("generic", "2.8.0", "O(1) a call", "Lists the keys of a database in steps.")
                        .categories("keyspace")
                        .tips("nondeterministic_output", "request_policy:special"),
                (Action.OfKeyspace) KeyspaceCommands::scan);
        table.add(
                CommandSpec.named("randomkey", 1)
                        .flags(READONLY)
                        .docs("generic", "1.0.0", "O(1)", "Returns some key.")
                        .categories("keyspace")
                        .tips("request_policy:all_shards", "nondeterministic_output"),
                (Action.OfKeyspace) KeyspaceCommands::randomKey);
        table.add(
                CommandSpec.named("dbsize", 1)
                        .flags(READONLY, FAST)
                        .docs("server", "1.0.0", "O(1)", "Counts the keys of the database.")
                        .categories("keyspace")
                        .tips("request_policy:all_shards", "response_policy:agg_sum"),
                (Action.OfKeyspace) (session, args, server, sink) ->
                        server.cluster().dbsize(session.db(), LaterReply.of(sink, Reply::integer)));
        flush(table, "flushdb", "Deletes every key of the database.", false);
        flush(table, "flushall", "Deletes every key of every database.", true);
    }

    private static void flush(CommandTable.Builder table, String name, String summary, boolean all) {
        table.add(
                CommandSpec.named(name, -1)
                        .flags(WRITE)
                        .docs("server", "1.0.0", "O(1)", summary)
                        .categories("keyspace", "dangerous")
                        .tips("request_policy:all_shards", "response_policy:all_succeeded"),
                (Action.OfKeyspace) (session, args, server, sink) -> {
                    if (args.length > 2 || args.length == 2 && !isFlushMode(args[1])) {
                        sink.complete(Errors.SYNTAX);
                        return;
                    }
                    int db = all ? ClusterPort.ALL_DATABASES : session.db();
                    server.cluster().flush(db, LaterReply.as(sink));
                });
    }

    private static boolean isFlushMode(byte[] word) {
        return Ascii.is(word, "async") || Ascii.is(word, "sync");
    }

    private static void randomKey(Session session, byte[][] args, ServerView server, ReplySink sink) {
        server.cluster()
                .randomKey(
                        session.db(),
                        LaterReply.of(sink, keys -> keys.isEmpty() ? Reply.NIL : Reply.bulk(keys.get(0))));
    }

    private static void scan(Session session, byte[][] args, ServerView server, ReplySink sink) {
        if (!Numbers.isCursor(args[1])) {
            sink.complete(Errors.INVALID_CURSOR);
            return;
        }
        ScanOptions options = new ScanOptions();
        Reply error = options.parse(args);
        if (error != null) {
            sink.complete(error);
            return;
        }
        server.cluster()
                .scan(session.db(), Numbers.toCursor(args[1]), options.count, LaterReply.of(sink, options::show));
    }

    private static final class ScanOptions {
        /** One page is built in memory on every node that takes part. */
        private static final int COUNT_MAX = 100_000;

        private int count = 10;
        private byte @Nullable [] pattern;
        private @Nullable String type;

        /** The error in the options, or null. */
        @Nullable
        Reply parse(byte[][] args) {
            for (int i = 2; i < args.length; i += 2) {
                if (i + 1 == args.length) {
                    return Errors.SYNTAX;
                }
                Reply error = option(args[i], args[i + 1]);
                if (error != null) {
                    return error;
                }
            }
            return null;
        }

        private @Nullable Reply option(byte[] name, byte[] value) {
            if (Ascii.is(name, "count")) {
                if (!Numbers.isLong(value)) {
                    return Errors.NOT_AN_INTEGER;
                }
                long wish = Numbers.toLong(value);
                count = (int) Math.min(wish, COUNT_MAX);
                return wish < 1 ? Errors.SYNTAX : null;
            }
            if (Ascii.is(name, "match")) {
                pattern = value;
                return null;
            }
            if (Ascii.is(name, "type")) {
                type = Ascii.lower(value);
                return null;
            }
            return Errors.SYNTAX;
        }

        Reply show(ScanPage page) {
            List<Reply> keys = new ArrayList<>(page.keys().size());
            for (ClusterPort.KeyView key : page.keys()) {
                if ((pattern == null || matches(pattern, key.key())) && (type == null || type.equals(key.type()))) {
                    keys.add(Reply.bulk(key.key()));
                }
            }
            return Reply.array(List.of(Reply.bulk(Long.toUnsignedString(page.nextCursor())), Reply.array(keys)));
        }
    }

    /** A lone star takes an empty key too, which it would not as a pattern. */
    private static boolean matches(byte[] pattern, byte[] key) {
        return pattern.length == 1 && pattern[0] == '*' || Glob.matches(pattern, key);
    }

    /** Pages through the database and gathers what matches. */
    private static final class KeysWalk implements Answer<ScanPage> {
        private static final int PAGE_KEYS = 1000;

        private final ClusterPort cluster;
        private final int db;
        private final byte[] pattern;
        private final ReplySink sink;
        private final List<Reply> found = new ArrayList<>();
        private long cursor;
        private boolean asking;
        private boolean answered;

        KeysWalk(ClusterPort cluster, int db, byte[] pattern, ReplySink sink) {
            this.cluster = cluster;
            this.db = db;
            this.pattern = pattern;
            this.sink = sink;
        }

        /** A loop, because an answer may come from inside the question. */
        void start() {
            do {
                asking = true;
                answered = false;
                cluster.scan(db, cursor, PAGE_KEYS, this);
                asking = false;
            } while (answered && cursor != 0);
        }

        @Override
        public void done(ScanPage page) {
            for (ClusterPort.KeyView key : page.keys()) {
                if (matches(pattern, key.key())) {
                    found.add(Reply.bulk(key.key()));
                }
            }
            cursor = page.nextCursor();
            answered = true;
            if (cursor == 0) {
                sink.complete(Reply.array(found));
            } else if (!asking) {
                start();
            }
        }

        @Override
        public void failed(String error) {
            sink.complete(Reply.error(error));
        }
    }
}
