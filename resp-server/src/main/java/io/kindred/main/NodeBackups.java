package io.kindred.main;

import io.kindred.cluster.message.Reply;
import io.kindred.command.Answer;
import io.kindred.engine.BackupManifest;
import io.kindred.engine.BackupProgress;
import io.kindred.engine.LsmEngine;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * KIN.BACKUP: where the backups of this node go, and how the last one ended. One named {@code daily} of node n1 is in
 * {@code <backup-dir>/daily/n1}, so that the parts of several nodes may lie side by side.
 *
 * <p>Owned by: the loop. What looks at the disk runs elsewhere.
 */
final class NodeBackups {
    private static final System.Logger LOG = System.getLogger(NodeBackups.class.getName());
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}");

    private final EventLoop loop;
    private final LsmEngine engine;
    private final Place place;
    private final Supplier<Map<String, String>> facts;
    private String state = "none";
    private String path = "";
    private String problem = "";

    /**
     * @param root the directive; empty: there is none
     * @param data the node's own directory
     * @param nodeName as a name of a directory
     */
    record Place(String root, Path data, String nodeName) {
        static Place of(String root, String data, String nodeName, long nodeId) {
            boolean isName = NAME.matcher(nodeName).matches();
            return new Place(
                    root, Path.of(data).toAbsolutePath(), isName ? nodeName : String.format("node-%016x", nodeId));
        }
    }

    /** @param facts what is noted in a backup that begins now */
    NodeBackups(EventLoop loop, LsmEngine engine, Place place, Supplier<Map<String, String>> facts) {
        this.loop = loop;
        this.engine = engine;
        this.place = place;
        this.facts = facts;
        if (!place.root().isEmpty()) {
            engine.removeBackupLeftovers(Path.of(place.root()).toAbsolutePath().normalize());
        }
    }

    void begin(String name, Answer<Reply> answer) {
        if (place.root().isEmpty()) {
            answer.failed(
                    "ERR backup-dir is not set: it names the directory that backups are made in, outside of dir and on"
                            + " its file system");
            return;
        }
        if (!NAME.matcher(name).matches()) {
            answer.failed(
                    "ERR the name of a backup is 1 to 128 of the letters A-Z a-z 0-9 . _ - and does not begin with a"
                            + " dot; it is a directory in backup-dir");
            return;
        }
        if (state.equals("running")) {
            answer.failed("ERR a backup is under way; one is made at a time");
            return;
        }
        Path directory = Path.of(place.root()).toAbsolutePath().normalize().resolve(name);
        Path target = directory.resolve(place.nodeName());
        state = "running";
        path = target.toString();
        problem = "";
        Map<String, String> noted = facts.get();
        CompletableFuture.supplyAsync(() -> prepare(directory))
                .thenAccept(refusal -> loop.execute(() -> {
                    if (refusal != null) {
                        failed(refusal, answer);
                    } else {
                        engine.removeBackupLeftovers(directory.resolveSibling(""));
                        engine.backUp(target, noted, (made, failure) -> {
                            if (made != null) {
                                done(made, answer);
                            } else if (failure != null) {
                                removeIfEmpty(directory);
                                failed(failure.message(), answer);
                            }
                        });
                    }
                }))
                .exceptionally(broken -> {
                    loop.execute(() -> failed(broken.toString(), answer));
                    return null;
                });
    }

    /** Not on the loop. What is wrong with the place; null: nothing. */
    private @Nullable String prepare(Path directory) {
        try {
            Path there = directory;
            while (!Files.exists(there)) {
                there = there.resolveSibling("");
            }
            if (there.toRealPath().startsWith(place.data().toRealPath())) {
                return directory + ": this is inside of the data directory";
            }
            return null;
        } catch (IOException e) {
            return directory + ": " + e;
        }
    }

    private void removeIfEmpty(Path directory) {
        CompletableFuture.runAsync(() -> {
            try {
                Files.deleteIfExists(directory);
            } catch (DirectoryNotEmptyException othersAreInIt) {
                LOG.log(Level.DEBUG, "{0} has backups of other nodes", directory);
            } catch (IOException e) {
                LOG.log(Level.WARNING, "cannot remove {0}: {1}", directory, e.toString());
            }
        });
    }

    private void done(BackupManifest made, Answer<Reply> answer) {
        state = "done";
        LOG.log(
                Level.INFO,
                "Backup in {0}: {1} files, {2} bytes",
                path,
                made.files().size(),
                made.sizeBytes());
        answer.done(new Reply.Pairs(List.of(
                Reply.bulk("path"),
                Reply.bulk(path),
                Reply.bulk("files"),
                Reply.integer(made.files().size()),
                Reply.bulk("bytes"),
                Reply.integer(made.sizeBytes()))));
    }

    private void failed(String why, Answer<Reply> answer) {
        state = "failed";
        problem = why;
        answer.failed("ERR no backup was made: " + why);
    }

    Reply progress() {
        BackupProgress progress = engine.backupProgress();
        return new Reply.Pairs(List.of(
                Reply.bulk("state"),
                Reply.bulk(state),
                Reply.bulk("path"),
                Reply.bulk(path),
                Reply.bulk("problem"),
                Reply.bulk(problem),
                Reply.bulk("files_done"),
                Reply.integer(progress.filesDone()),
                Reply.bulk("files_total"),
                Reply.integer(progress.filesTotal()),
                Reply.bulk("bytes_done"),
                Reply.integer(progress.bytesDone()),
                Reply.bulk("bytes_total"),
                Reply.integer(progress.bytesTotal())));
    }
}
