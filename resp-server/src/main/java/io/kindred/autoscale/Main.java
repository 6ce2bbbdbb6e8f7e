package io.kindred.autoscale;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/** The program; what it takes is in {@link Options#USAGE}. */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) throws InterruptedException {
        if (List.of(arguments).contains("--help") || List.of(arguments).contains("-h")) {
            System.out.println(Options.USAGE);
            return;
        }
        Path home = Path.of(System.getProperty("kindred.home", ".")).toAbsolutePath();
        Options options;
        try {
            options = Options.of(arguments, home, Objects.requireNonNullElse(System.getenv("KINDRED_PASSWORD"), ""));
        } catch (IllegalArgumentException e) {
            System.err.println("kindred-autoscale: " + e.getMessage() + " (see --help)");
            System.exit(2);
            return;
        }
        if (!Files.isReadable(options.directory().resolve("settings"))) {
            System.err.println("kindred-autoscale: there is no cluster in " + options.directory());
            System.exit(1);
        }
        LocalProcesses nodes =
                new LocalProcesses(home.resolve("bin/kindred-cluster"), options.directory(), options.kept());
        new Autoscaler(nodes, new ScalingPolicy(options.limits()), options.settings(), System.out).run();
    }
}
