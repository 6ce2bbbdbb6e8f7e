package io.kindred.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What backups that were cut off have left: their links keep tables on the disk that the node has long replaced. Taken away is
 * what has the name that runs of this engine give, lies where backups lie ({@code <root>/<any name>/}), and holds nothing that
 * no run makes. Whatever else there is, a whole backup above all, stays.
 *
 * <p>Requires: no backup of this engine is under way.
 */
final class BackupLeftovers {
    private static final System.Logger LOGGER = System.getLogger(BackupLeftovers.class.getName());

    /** A directory with more than these is not looked at: nobody keeps so many backups. */
    private static final int BACKUPS_MAX = 10_000;

    /** Relative to the leftover, directories with a slash behind them. */
    private static final Pattern OURS =
            Pattern.compile("backup[.]manifest|store/(damaged-blocks|log-[0-9]{16}[.]klog|values-[0-9]{16}[.]kval)?"
                    + "|store/tables/([0-9]{6,}[.](ldb|sst)|MANIFEST-[0-9]{6,}|CURRENT|[0-9]{6,}[.]dbtmp)?");

    private final Disk disk;
    private final String ending;

    BackupLeftovers(EngineContext context) {
        this.disk = context.disk();
        this.ending = BackupRun.ending(context);
    }

    void removeIn(Path root) {
        try {
            if (!Files.isDirectory(root)) {
                return;
            }
            for (Path backup : directories(root)) {
                for (Path directory : directories(backup)) {
                    if (isName(directory)) {
                        remove(directory);
                    }
                }
            }
        } catch (IOException e) {
            LOGGER.log(System.Logger.Level.WARNING, "cannot look for what backups have left in " + root + ": " + e);
        }
    }

    private static List<Path> directories(Path in) throws IOException {
        List<Path> directories = new ArrayList<>();
        try (Stream<Path> all = Files.list(in)) {
            all.filter(path -> Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS))
                    .limit(BACKUPS_MAX)
                    .sorted()
                    .forEach(directories::add);
        }
        return directories;
    }

    private boolean isName(Path directory) {
        String name = String.valueOf(directory.getFileName());
        return name.startsWith(".") && name.endsWith(ending);
    }

    private void remove(Path directory) throws IOException {
        try (Stream<Path> walk = Files.walk(directory)) {
            List<Path> strange = walk.filter(path -> !path.equals(directory) && !isOurs(directory, path))
                    .limit(1)
                    .toList();
            if (!strange.isEmpty()) {
                LOGGER.log(
                        System.Logger.Level.WARNING,
                        directory + " has the name of a backup that was cut off, and is left alone: no backup makes "
                                + strange.get(0));
                return;
            }
        }
        BackupRun.remove(disk, directory);
        LOGGER.log(System.Logger.Level.INFO, directory + ", which a backup that was cut off had left, is removed");
    }

    private static boolean isOurs(Path directory, Path path) {
        boolean isDirectory = Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
        if (!isDirectory && !Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        String name = directory.relativize(path).toString().replace('\\', '/');
        return OURS.matcher(isDirectory ? name + "/" : name).matches();
    }
}
