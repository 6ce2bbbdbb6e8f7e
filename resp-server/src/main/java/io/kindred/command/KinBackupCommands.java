package io.kindred.command;

import static io.kindred.command.CommandSpec.Flag.ADMIN;
import static io.kindred.command.CommandSpec.Flag.DENYOOM;
import static io.kindred.command.CommandSpec.Flag.READONLY;
import static io.kindred.command.CommandSpec.Flag.WRITE;

import io.kindred.cluster.message.DumpedRecord;
import io.kindred.cluster.message.Outcome;
import io.kindred.cluster.message.Reply;
import io.kindred.cluster.version.CorruptRecordException;
import io.kindred.cluster.version.Sibling;
import io.kindred.cluster.version.Versions;
import io.kindred.cluster.version.VersionsCodec;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * KIN.BACKUP has this node make a backup of what it holds. KIN.DUMP and KIN.RESTORE are how records go from a backup into
 * another cluster, and are compared there: whole containers, as docs/versions-format.md has them, with their clocks, siblings
 * and expiries.
 */
final class KinBackupCommands {
    /** So many records may be restored by one command; each is a write under way. */
    static final int RECORDS_MAX = 1_000;

    private KinBackupCommands() {}

    static void register(CommandTable.Builder table, Settings settings) {
        table.add(
                CommandSpec.named("kin.backup", -1)
                        .flags(ADMIN)
                        .docs(
                                "module",
                                "1.0.0",
                                "O(N), N bytes on disk",
                                "Makes a backup of this node, or says how far it is."),
                (Action.OfCluster) KinBackupCommands::backup);
        table.add(
                CommandSpec.named("kin.dump", -2)
                        .flags(READONLY)
                        .keys(-1, 1, "RO", "access")
                        .docs(
                                "module",
                                "1.0.0",
                                "O(N), N keys",
                                "Returns whole records: siblings, clock and expiries."),
                new Dump());
        table.add(
                CommandSpec.named("kin.restore", -3)
                        .flags(WRITE, DENYOOM, ADMIN)
                        .keys(-1, 2, "OW", "update")
                        .docs("module", "1.0.0", "O(N), N keys", "Joins records of a backup into this cluster."),
                (Action.OfCluster) (session, args, server, sink) ->
                        new Restore(session.db(), args, settings, server.cluster(), sink).start());
    }

    private static void backup(Session session, byte[][] args, ServerView server, ReplySink sink) {
        if (args.length == 1) {
            sink.complete(server.node().backupProgress());
        } else if (args.length == 2) {
            server.node().backUp(Ascii.text(args[1]), LaterReply.as(sink));
        } else {
            sink.complete(Errors.SYNTAX);
        }
    }

    /** A key that nobody has any record of has nil in its place. */
    private record Dump() implements Action.OfKeys {
        @Override
        public Plan plan(byte[][] args, int db, long nowMillis) {
            return new Plan.Last(Plan.gets(args, db, 1), Dump::records);
        }

        private static Reply records(List<Outcome> outcomes) {
            List<Reply> records = new ArrayList<>(outcomes.size());
            for (Outcome outcome : outcomes) {
                Versions versions = Outcomes.found(outcome);
                records.add(versions.isEmpty() ? Reply.NIL : Reply.bulk(VersionsCodec.encode(versions)));
            }
            return Reply.array(records);
        }
    }

    /** {@code key record [key record ...]}: all are joined, each for itself; an error may come after some of them were. */
    private static final class Restore {
        private final int db;
        private final byte[][] args;
        private final Settings settings;
        private final ClusterPort cluster;
        private final ReplySink sink;
        private int missing;
        private int restored;
        private @Nullable String failure;

        Restore(int db, byte[][] args, Settings settings, ClusterPort cluster, ReplySink sink) {
            this.db = db;
            this.args = args;
            this.settings = settings;
            this.cluster = cluster;
            this.sink = sink;
        }

        void start() {
            if (args.length % 2 == 0) {
                sink.complete(Reply.error("ERR wrong number of arguments for 'kin.restore' command"));
                return;
            }
            if (args.length / 2 > RECORDS_MAX) {
                sink.complete(Reply.error("ERR one command restores " + RECORDS_MAX + " records at most"));
                return;
            }
            List<DumpedRecord> records = new ArrayList<>(args.length / 2);
            for (int i = 2; i < args.length; i += 2) {
                DumpedRecord record = record(args[i]);
                if (record == null) {
                    sink.complete(Reply.error(
                            "ERR record " + i / 2 + " is none that KIN.DUMP returns, or one of its values is"
                                    + " longer than max-value-bytes; nothing was applied"));
                    return;
                }
                records.add(record);
            }
            missing = records.size();
            for (int i = 0; i < records.size(); i++) {
                cluster.restore(db, args[1 + 2 * i], records.get(i), new One());
            }
        }

        private @Nullable DumpedRecord record(byte[] bytes) {
            try {
                DumpedRecord record = DumpedRecord.decode(bytes);
                for (Sibling sibling : record.versions().siblings()) {
                    byte[] value = sibling.value();
                    if (value != null && value.length > settings.valueBytesMax()) {
                        return null;
                    }
                }
                return record.versions().isEmpty() ? null : record;
            } catch (CorruptRecordException e) {
                return null;
            }
        }

        private final class One implements Answer<Reply> {
            @Override
            public void done(Reply value) {
                restored++;
                ended();
            }

            @Override
            public void failed(String error) {
                failure = failure == null ? error : failure;
                ended();
            }

            private void ended() {
                missing--;
                if (missing == 0) {
                    sink.complete(failure == null ? Reply.integer(restored) : Reply.error(failure));
                }
            }
        }
    }
}
