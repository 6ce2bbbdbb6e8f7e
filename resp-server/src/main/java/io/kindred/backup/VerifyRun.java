package io.kindred.backup;

import io.kindred.engine.BackupManifest;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/** Reads parts, compares each file with its checksum, and sees whether the parts are of one backup. */
final class VerifyRun {
    /** Parts of one backup begin within seconds. What lies further apart may bring back what was deleted between them. */
    private static final Duration APART_MAX = Duration.ofHours(1);

    private final List<Path> parts;
    private final PrintStream out;

    VerifyRun(List<Path> parts, PrintStream out) {
        this.parts = parts;
        this.out = out;
    }

    int run() throws IOException {
        manifests();
        return Main.EXIT_OK;
    }

    /** Of each part, in their order. */
    List<BackupManifest> manifests() throws IOException {
        List<BackupManifest> manifests = new ArrayList<>();
        for (Path part : parts) {
            try {
                BackupManifest manifest = BackupManifest.read(part);
                manifest.verify(part, bytes -> {});
                manifests.add(manifest);
                out.println("OK " + part + ": node " + manifest.fact("node") + " of cluster " + manifest.fact("cluster")
                        + ", " + manifest.fact("time") + ", "
                        + manifest.files().size() + " files, " + manifest.sizeBytes() + " bytes");
            } catch (IOException e) {
                throw new BackupProblem(String.valueOf(e.getMessage()), e);
            }
        }
        requireOneBackup(manifests);
        return manifests;
    }

    private void requireOneBackup(List<BackupManifest> manifests) throws BackupProblem {
        for (String fact : List.of("cluster", "ring-partitions", "partitioner")) {
            TreeSet<String> values = new TreeSet<>();
            manifests.forEach(manifest -> values.add(manifest.fact(fact)));
            if (values.size() > 1) {
                throw new BackupProblem("these are not parts of one backup: their '" + fact + "' is " + values);
            }
        }
        TreeSet<Instant> times = new TreeSet<>();
        TreeSet<String> nodes = new TreeSet<>();
        int members = 0;
        for (BackupManifest manifest : manifests) {
            nodes.add(manifest.fact("node-id"));
            try {
                times.add(Instant.parse(manifest.fact("time")));
                members = Math.max(members, Integer.parseInt(manifest.fact("members")));
            } catch (DateTimeParseException | NumberFormatException e) {
                throw new BackupProblem("a manifest without a time, or without the number of members", e);
            }
        }
        if (Duration.between(times.first(), times.last()).compareTo(APART_MAX) > 0) {
            throw new BackupProblem("these are not parts of one backup: they were begun between " + times.first()
                    + " and " + times.last() + ", and what was deleted between them might come back");
        }
        if (nodes.size() < members) {
            out.println("WARNING: parts of " + nodes.size() + " nodes, and the cluster had " + members
                    + ": of writes that W of N replicas had, those may be missing that only others had");
        }
    }
}
