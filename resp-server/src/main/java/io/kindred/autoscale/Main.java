package io.kindred.autoscale;

import io.kindred.client.ClientTls;
import io.kindred.client.RespClients;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import sun.misc.Signal;

/** The program; what it takes is in {@link Options}. */
public final class Main {
    private static final int EXIT_OK = 0;
    private static final int EXIT_FATAL = 1;
    private static final int EXIT_USAGE = 2;

    private Main() {}

    public static void main(String[] arguments) {
        stopOnSignals(Thread.currentThread());
        System.exit(run(arguments));
    }

    private static int run(String[] arguments) {
        if (List.of(arguments).contains("--help") || List.of(arguments).contains("-h")) {
            System.out.print(Options.usage());
            return EXIT_OK;
        }
        Path home = Path.of(System.getProperty("kindred.home", ".")).toAbsolutePath();
        Options options;
        try {
            options = Options.of(arguments, home, Objects.requireNonNullElse(System.getenv("KINDRED_PASSWORD"), ""));
        } catch (IllegalArgumentException e) {
            System.err.println("kindred-autoscale: " + e.getMessage() + " (see --help)");
            return EXIT_USAGE;
        }
        if (!Files.isReadable(options.directory().resolve("settings"))) {
            System.err.println("kindred-autoscale: there is no cluster in " + options.directory());
            return EXIT_FATAL;
        }
        return scale(options, home);
    }

    private static int scale(Options options, Path home) {
        LocalProcesses nodes =
                new LocalProcesses(home.resolve("bin/kindred-cluster"), options.directory(), options.kept());
        ClientTls tls;
        try {
            tls = ClientTls.of(options.tls() == null ? nodes.tls() : options.tls());
        } catch (IOException e) {
            System.err.println("kindred-autoscale: " + e.getMessage());
            return EXIT_FATAL;
        }
        try (RespClients clients = new RespClients(tls)) {
            new Autoscaler(nodes, new ScalingPolicy(options.limits()), clients, options.settings(), System.out).run();
        } catch (InterruptedException e) {
            System.out.println("stopped; a change under way is carried on by kindred-cluster");
        }
        return EXIT_OK;
    }

    /** Ended in good order, as a supervisor sees it: exit code 0. */
    private static void stopOnSignals(Thread running) {
        for (String signal : List.of("TERM", "INT")) {
            Signal.handle(new Signal(signal), received -> running.interrupt());
        }
    }
}
