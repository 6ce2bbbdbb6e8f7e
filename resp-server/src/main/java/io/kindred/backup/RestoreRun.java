package io.kindred.backup;

import io.kindred.client.Connection;
import io.kindred.cluster.message.DumpedRecord;
import io.kindred.cluster.version.VersionsCodec;
import io.kindred.engine.BackupManifest;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Verifies parts, joins what they have into a running cluster, and compares. */
final class RestoreRun {
    private static final byte[] RESTORE = "KIN.RESTORE".getBytes(StandardCharsets.ISO_8859_1);
    private static final byte[] DUMP = "KIN.DUMP".getBytes(StandardCharsets.ISO_8859_1);
    private static final long TOLD_EVERY = 100_000;

    private final Options options;
    private final Connection.Access access;
    private final PrintStream out;

    RestoreRun(Options options, Connection.Access access, PrintStream out) {
        this.options = options;
        this.access = access;
        this.out = out;
    }

    int run() throws IOException {
        List<BackupManifest> manifests = new VerifyRun(options.parts(), out).manifests();
        try (Connection node = new Connection(options.node(), access, Main.REPLY_MILLIS)) {
            node.ask("PING");
        }
        long cluster = Long.parseUnsignedLong(manifests.get(0).fact("cluster"), 16);
        List<Part> parts = new ArrayList<>();
        try {
            for (int i = 0; i < manifests.size(); i++) {
                parts.add(Part.open(options.parts().get(i), manifests.get(i)));
            }
            long start = System.nanoTime();
            long sent = each(new MergedRecords(parts, cluster), "restored", RestoreRun::restore);
            long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
            out.println("restored: " + sent + " records in " + millis + " ms");
            Comparison comparison = new Comparison(System.currentTimeMillis());
            each(new MergedRecords(parts, cluster), "compared", (node, batch) -> compare(node, batch, comparison));
            comparison.lines().forEach(out::println);
            return comparison.isEqual() ? Main.EXIT_OK : Main.EXIT_FAILED;
        } finally {
            for (Part part : parts) {
                part.close();
            }
        }
    }

    /** Gives how many records there are. */
    private long each(MergedRecords records, String done, Senders.Work work) throws IOException {
        long count = 0;
        try (Senders senders = new Senders(options, access, work)) {
            List<MergedRecords.Merged> batch = new ArrayList<>();
            long bytes = 0;
            for (MergedRecords.Merged record = records.next(); record != null; record = records.next()) {
                long more = record.key().length + VersionsCodec.sizeBytes(record.versions());
                boolean isOther = !batch.isEmpty() && batch.get(0).db() != record.db();
                boolean isFull = batch.size() == Senders.BATCH_RECORDS || bytes + more > Senders.BATCH_BYTES;
                if (!batch.isEmpty() && (isOther || isFull)) {
                    senders.add(new Senders.Batch(batch.get(0).db(), batch));
                    batch = new ArrayList<>();
                    bytes = 0;
                }
                batch.add(record);
                bytes += more;
                count++;
                if (count % TOLD_EVERY == 0) {
                    out.println(done + " " + count + " records so far");
                }
            }
            if (!batch.isEmpty()) {
                senders.add(new Senders.Batch(batch.get(0).db(), batch));
            }
            senders.finish();
        }
        return count;
    }

    private static void restore(Connection node, Senders.Batch batch) throws IOException {
        List<byte[]> command = new ArrayList<>();
        command.add(RESTORE);
        for (MergedRecords.Merged record : batch.records()) {
            command.add(record.key());
            command.add(new DumpedRecord(record.element(), record.versions()).encode());
        }
        node.ask(command);
    }

    private static void compare(Connection node, Senders.Batch batch, Comparison comparison) throws IOException {
        List<byte[]> command = new ArrayList<>();
        command.add(DUMP);
        // No command reads an element yet.
        List<MergedRecords.Merged> heads = batch.records().stream()
                .filter(record -> record.element().length == 0)
                .toList();
        comparison.leaveOut(batch.records().size() - heads.size());
        if (heads.isEmpty()) {
            return;
        }
        heads.forEach(record -> command.add(record.key()));
        List<?> found = Connection.list(node.ask(command));
        for (int i = 0; i < heads.size(); i++) {
            comparison.compare(heads.get(i), (byte[]) found.get(i));
        }
    }
}
