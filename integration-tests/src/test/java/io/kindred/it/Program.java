package io.kindred.it;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A run of another program: its exit code and what it printed on both outputs. */
record Program(List<String> command, int exitCode, String output) {
    private static final Duration WITHIN = Duration.ofMinutes(3);

    /** The project's directory. */
    static final Path HOME =
            Path.of(System.getProperty("kindred.home", "..")).toAbsolutePath().normalize();

    /** Runs a program that must succeed; its output. */
    static String output(String... command) {
        return ran(null, Map.of(), command).succeeded();
    }

    /**
     * Runs a program to its end.
     *
     * @param directory where; null: where the tests run
     */
    static Program ran(@Nullable Path directory, Map<String, String> environment, String... command) {
        return ran(directory, environment, WITHIN, command);
    }

    /** As above, with another limit of time. */
    static Program ran(@Nullable Path directory, Map<String, String> environment, Duration within, String... command) {
        Path output = null;
        try {
            output = Files.createTempFile("kindred-program", ".out");
            Process process = start(directory, environment, output.toFile(), command);
            // The handle ends it, should it hang: a test leaves no process behind.
            boolean hasEnded = false;
            try {
                hasEnded = process.waitFor(within.toMillis(), TimeUnit.MILLISECONDS);
            } finally {
                if (!hasEnded) {
                    process.descendants().forEach(ProcessHandle::destroyForcibly);
                    process.destroyForcibly();
                }
            }
            if (!hasEnded) {
                throw new AssertionError(
                        String.join(" ", command) + " still ran after " + within + ":\n" + Files.readString(output));
            }
            return new Program(
                    List.of(command), process.exitValue(), Files.readString(output, StandardCharsets.ISO_8859_1));
        } catch (IOException e) {
            throw new AssertionError(
                    "cannot run " + command[0] + " (.ci/run says which packages these tests need): " + e, e);
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted in " + command[0], e);
        } finally {
            delete(output);
        }
    }

    private static Process start(
            @Nullable Path directory, Map<String, String> environment, File output, String... command)
            throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                .redirectErrorStream(true)
                .redirectOutput(output);
        if (directory != null) {
            builder.directory(directory.toFile());
        }
        builder.environment().putAll(new HashMap<>(environment));
        return builder.start();
    }

    private static void delete(@Nullable Path file) {
        try {
            if (file != null) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String succeeded() {
        if (exitCode != 0) {
            throw new AssertionError(
                    command.get(0) + " ended with " + exitCode + ":\n" + output + "\nIt was: " + command);
        }
        return output;
    }
}
