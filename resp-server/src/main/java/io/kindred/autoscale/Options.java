package io.kindred.autoscale;

import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** The command line. */
record Options(Path directory, Limits limits, Autoscaler.Settings settings, int kept) {
    static final String USAGE = """
            Usage: kindred-autoscale [options]
            Watches the nodes of a local cluster through INFO and adds or removes one at a time.
              --dir DIR            the directory of the cluster, as given to kindred-cluster (default: .kindred/cluster)
              --min 3, --max 6     how many nodes there are at least and at most
              --keep 3             nodes n1 to n3 are never removed (default: as --min)
              --interval-s 5       time between two observations
              --up-ops 20000       a node is added when the mean node has so many commands a second,
              --up-cpu 0.8         or uses so many processor cores,
              --up-disk 0.8        or the fullest node has used so much of its disk,
              --up-after 3         so many observations in a row
              --down-ops 5000      a node is removed when the mean node has fewer commands a second
              --down-cpu 0.3       and uses fewer processor cores
              --down-disk 0.5      and the fullest node has used less of its disk,
              --down-after 12      so many observations in a row
              --cooldown-s 60      nothing is changed for so long after a change
              --password TEXT      of the nodes (default: the environment's KINDRED_PASSWORD)
              --dry-run            decide and tell, and do nothing
            Nothing is changed while a node does not answer or is suspect, down, joining or leaving, or while data is on its way
            (partitions_in_transfer). Each decision is a line on the standard output.""";

    private static final Map<String, String> DEFAULTS = Map.ofEntries(
            Map.entry("--dir", ""),
            Map.entry("--min", "3"),
            Map.entry("--max", "6"),
            Map.entry("--keep", ""),
            Map.entry("--interval-s", "5"),
            Map.entry("--up-ops", "20000"),
            Map.entry("--up-cpu", "0.8"),
            Map.entry("--up-disk", "0.8"),
            Map.entry("--up-after", "3"),
            Map.entry("--down-ops", "5000"),
            Map.entry("--down-cpu", "0.3"),
            Map.entry("--down-disk", "0.5"),
            Map.entry("--down-after", "12"),
            Map.entry("--cooldown-s", "60"),
            Map.entry("--password", ""));

    /**
     * Throws IllegalArgumentException, with a message for the user, for what is not understood.
     *
     * @param home where the project is
     * @param password the environment's; may be empty
     */
    static Options of(String[] arguments, Path home, String password) {
        Map<String, String> values = new TreeMap<>(DEFAULTS);
        boolean dryRun = false;
        for (int i = 0; i < arguments.length; i++) {
            if (arguments[i].equals("--dry-run")) {
                dryRun = true;
            } else if (!values.containsKey(arguments[i])) {
                throw new IllegalArgumentException("unknown option " + arguments[i]);
            } else if (i + 1 == arguments.length) {
                throw new IllegalArgumentException(arguments[i] + " needs a value");
            } else {
                values.put(arguments[i], arguments[i + 1]);
                i++;
            }
        }
        return of(values, dryRun, home, password);
    }

    private static Options of(Map<String, String> values, boolean dryRun, Path home, String password) {
        int min = count(values, "--min");
        Limits limits = new Limits(
                min,
                count(values, "--max"),
                thresholds(values, "--up"),
                thresholds(values, "--down"),
                count(values, "--up-after"),
                count(values, "--down-after"),
                (long) (decimal(values, "--cooldown-s") * TimeUnit.SECONDS.toNanos(1)));
        String problem = limits.problem();
        double intervalSeconds = decimal(values, "--interval-s");
        if (problem == null && intervalSeconds < 0.1) {
            problem = "--interval-s is at least 0.1";
        }
        if (problem != null) {
            throw new IllegalArgumentException(problem);
        }
        String given = text(values, "--password");
        String directory = text(values, "--dir");
        return new Options(
                directory.isEmpty()
                        ? home.resolve(".kindred/cluster")
                        : Path.of(directory).toAbsolutePath(),
                limits,
                new Autoscaler.Settings((long) (1000 * intervalSeconds), given.isEmpty() ? password : given, dryRun),
                text(values, "--keep").isEmpty() ? min : count(values, "--keep"));
    }

    private static Limits.Thresholds thresholds(Map<String, String> values, String side) {
        return new Limits.Thresholds(
                decimal(values, side + "-ops"), decimal(values, side + "-cpu"), decimal(values, side + "-disk"));
    }

    private static String text(Map<String, String> values, String name) {
        String text = values.get(name);
        if (text == null) {
            throw new IllegalStateException("no default of " + name);
        }
        return text;
    }

    private static int count(Map<String, String> values, String name) {
        String text = text(values, name);
        if (!text.matches("[0-9]{1,6}")) {
            throw new IllegalArgumentException(name + " is a whole number, not " + text);
        }
        return Integer.parseInt(text);
    }

    private static double decimal(Map<String, String> values, String name) {
        String text = text(values, name);
        if (!text.matches("[0-9]{1,12}([.][0-9]{1,9})?")) {
            throw new IllegalArgumentException(name + " is a number, not " + text);
        }
        return Double.parseDouble(text);
    }
}
