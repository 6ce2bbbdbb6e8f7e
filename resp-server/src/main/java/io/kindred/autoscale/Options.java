package io.kindred.autoscale;

import io.kindred.client.TlsOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * The command line.
 *
 * @param tls null: as the cluster's directory says
 */
record Options(
        Path directory,
        Limits limits,
        Autoscaler.Settings settings,
        int kept,
        @Nullable TlsOptions tls) {
    private static final int USAGE_COLUMNS = 118;

    /**
     * Throws IllegalArgumentException, with a message for the user, for what is not understood.
     *
     * @param home where the project is
     * @param password the environment's; may be empty
     */
    static Options of(String[] arguments, Path home, String password) {
        CommandLine.ParseResult given;
        try {
            given = new CommandLine(spec()).parseArgs(arguments);
        } catch (CommandLine.ParameterException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
        int min = value(given, "--min");
        Limits limits = new Limits(
                min,
                value(given, "--max"),
                thresholds(given, "--up"),
                thresholds(given, "--down"),
                value(given, "--up-after"),
                value(given, "--down-after"),
                (long) (decimal(given, "--cooldown-s") * TimeUnit.SECONDS.toNanos(1)));
        String problem = limits.problem();
        double intervalSeconds = decimal(given, "--interval-s");
        if (problem == null && intervalSeconds < 0.1) {
            problem = "--interval-s is at least 0.1";
        }
        if (problem != null) {
            throw new IllegalArgumentException(problem);
        }
        String ownPassword = given.matchedOptionValue("--password", password);
        Path directory = given.matchedOptionValue("--dir", home.resolve(".kindred/cluster"));
        return new Options(
                directory.toAbsolutePath(),
                limits,
                new Autoscaler.Settings(
                        (long) (1000 * intervalSeconds), ownPassword, given.matchedOptionValue("--dry-run", false)),
                given.matchedOptionValue("--keep", min),
                tls(given));
    }

    /** Null: nothing is said of it. */
    private static @Nullable TlsOptions tls(CommandLine.ParseResult given) {
        TlsOptions tls = TlsOptions.OFF;
        for (OptionSpec option : given.matchedOptions()) {
            if (TlsOptions.isOne(option.longestName())) {
                tls = tls.with(
                        option.longestName(),
                        List.of(String.valueOf(option.<Object>getValue())).iterator());
            }
        }
        return tls.equals(TlsOptions.OFF) ? null : tls.checked();
    }

    static String usage() {
        return new CommandLine(spec()).getUsageMessage(CommandLine.Help.Ansi.OFF);
    }

    private static CommandSpec spec() {
        CommandSpec spec = CommandSpec.create().name("kindred-autoscale");
        spec.usageMessage()
                .width(USAGE_COLUMNS)
                .sortOptions(false)
                .description("Watches the nodes of a local cluster through INFO and adds or removes one at a time.")
                .footer(
                        "Nothing is changed while a node does not answer or is suspect, down, joining or leaving, or while data is"
                                + " on its way (partitions_in_transfer). Each decision is a line on the standard output.",
                        "SIGTERM and SIGINT end it with exit code 0.");
        return spec.addOption(of(
                        "--dir", "DIR", Path.class, "of the cluster, as given to kindred-cluster (.kindred/cluster)"))
                .addOption(count("--min", "3", "how many nodes there are at least"))
                .addOption(count("--max", "6", "how many nodes there are at most"))
                .addOption(of("--keep", "N", Integer.class, "nodes n1 to nN are never removed (as --min)", new Count()))
                .addOption(number("--interval-s", "5", "seconds between two observations"))
                .addOption(number(
                        "--up-ops", "20000", "a node is added when the mean node has so many commands a second,"))
                .addOption(number("--up-cpu", "0.8", "or uses so many processor cores,"))
                .addOption(number("--up-disk", "0.8", "or the fullest node has used so much of its disk,"))
                .addOption(count("--up-after", "3", "so many observations in a row"))
                .addOption(number(
                        "--down-ops", "5000", "a node is removed when the mean node has fewer commands a second"))
                .addOption(number("--down-cpu", "0.3", "and uses fewer processor cores"))
                .addOption(number("--down-disk", "0.5", "and the fullest node has used less of its disk,"))
                .addOption(count("--down-after", "12", "so many observations in a row"))
                .addOption(number("--cooldown-s", "60", "nothing is changed for so many seconds after a change"))
                .addOption(of("--password", "TEXT", String.class, "of the nodes (the environment's KINDRED_PASSWORD)"))
                .addOption(flag("--tls", "speak TLS with the nodes (as kindred-cluster was told)"))
                .addOption(of("--cacert", "FILE", String.class, "whose certificates are believed, PEM"))
                .addOption(of("--cert", "FILE", String.class, "the certificate to show, PEM"))
                .addOption(of("--key", "FILE", String.class, "its key, PEM, not encrypted"))
                .addOption(of("--sni", "NAME", String.class, "what nodes' certificates are for (their address)"))
                .addOption(flag("--insecure", "believe whoever answers"))
                .addOption(flag("--dry-run", "decide and tell, and do nothing"))
                .addOption(OptionSpec.builder("-h", "--help")
                        .usageHelp(true)
                        .description("say this")
                        .build());
    }

    private static OptionSpec of(
            String name, String label, Class<?> type, String description, CommandLine.ITypeConverter<?>... converters) {
        return OptionSpec.builder(name)
                .paramLabel(label)
                .type(type)
                .converters(converters)
                .description(description)
                .build();
    }

    private static OptionSpec flag(String name, String description) {
        return OptionSpec.builder(name)
                .type(boolean.class)
                .description(description)
                .build();
    }

    private static OptionSpec count(String name, String byDefault, String description) {
        return numeric(name, "N", byDefault, description)
                .type(Integer.class)
                .converters(new Count())
                .build();
    }

    private static OptionSpec number(String name, String byDefault, String description) {
        return numeric(name, "X", byDefault, description)
                .type(Double.class)
                .converters(new Number())
                .build();
    }

    private static OptionSpec.Builder numeric(String name, String label, String byDefault, String description) {
        return OptionSpec.builder(name)
                .paramLabel(label)
                .defaultValue(byDefault)
                .description(description + " (" + byDefault + ")");
    }

    private static Limits.Thresholds thresholds(CommandLine.ParseResult given, String side) {
        return new Limits.Thresholds(
                decimal(given, side + "-ops"), decimal(given, side + "-cpu"), decimal(given, side + "-disk"));
    }

    /** Requires: an option with a default. */
    private static int value(CommandLine.ParseResult given, String name) {
        return given.commandSpec().findOption(name).<Integer>getValue();
    }

    /** Requires: an option with a default. */
    private static double decimal(CommandLine.ParseResult given, String name) {
        return given.commandSpec().findOption(name).<Double>getValue();
    }

    /** Not negative, and small enough for what it counts. */
    private static final class Count implements CommandLine.ITypeConverter<Integer> {
        @Override
        public Integer convert(String text) {
            if (!text.matches("[0-9]{1,6}")) {
                throw new CommandLine.TypeConversionException(text + " is not a whole number");
            }
            return Integer.valueOf(text);
        }
    }

    /** Not negative, finite, in digits. */
    private static final class Number implements CommandLine.ITypeConverter<Double> {
        @Override
        public Double convert(String text) {
            if (!text.matches("[0-9]{1,12}([.][0-9]{1,9})?")) {
                throw new CommandLine.TypeConversionException(text + " is not a number");
            }
            return Double.valueOf(text);
        }
    }
}
