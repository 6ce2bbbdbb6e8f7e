package io.kindred.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * One Kindred server in a JVM of its own, from the jar that the build made.
 *
 * <p>The process is ended in {@link #close()}, and when the test's JVM ends, always through its own handle. Its output
 * goes to a file beside its data directory, whose end is part of every failure message. It may be started again after a
 * kill: same ports, same data.
 */
final class KindredProcess implements AutoCloseable {
    static final Duration READY_WITHIN = Duration.ofSeconds(60);
    private static final Duration GONE_WITHIN = Duration.ofSeconds(30);

    private final NodeOptions options;
    private final Thread endWithTests = new Thread(this::endNow);
    private Process process;
    private boolean endExpected;

    private KindredProcess(NodeOptions options) {
        this.options = options;
        this.process = launch(options);
        Runtime.getRuntime().addShutdownHook(endWithTests);
    }

    /** Starts the process and does not wait for it. */
    static KindredProcess launched(NodeOptions options) {
        return new KindredProcess(options);
    }

    /** Starts the process and waits until it serves. */
    static KindredProcess started(NodeOptions options) {
        KindredProcess node = new KindredProcess(options);
        try {
            node.awaitReady();
        } catch (AssertionError e) {
            node.close();
            throw e;
        }
        return node;
    }

    /** Waits until PING is answered: no longer refused, no longer -LOADING. */
    void awaitReady() {
        awaitReady(READY_WITHIN);
    }

    /** As above, for a node that has much to fetch first. */
    void awaitReady(Duration within) {
        try {
            Await.until(name() + " answers PING", within, () -> !process.isAlive() || answersPing());
        } catch (AssertionError e) {
            throw new AssertionError(e.getMessage() + logTail(), e);
        }
        if (!process.isAlive()) {
            throw new AssertionError(name() + " ended with exit code " + process.exitValue() + logTail());
        }
    }

    private boolean answersPing() {
        try (RespConnection connection = connect()) {
            return "PONG".equals(connection.text("PING"));
        }
    }

    RespConnection connect() {
        return new RespConnection(options.host(), options.port());
    }

    /** SIGKILL, and waits until the process is gone. */
    void kill() {
        endExpected = true;
        process.destroyForcibly();
        awaitExit(GONE_WITHIN);
    }

    /** SIGTERM, and waits; the exit code. */
    int terminate() {
        return terminate(GONE_WITHIN);
    }

    int terminate(Duration within) {
        endExpected = true;
        process.destroy();
        return awaitExit(within);
    }

    /** SIGSTOP: the process keeps its memory and its sockets and does nothing. */
    void pause() {
        signal("STOP");
    }

    /** SIGCONT. */
    void resume() {
        signal("CONT");
    }

    /** The shell's own kill: not every system has the program. */
    private void signal(String signal) {
        Program.output("sh", "-c", "kill -" + signal + " " + process.pid());
    }

    /** Waits until the process ends by itself; the exit code. */
    int awaitExit(Duration within) {
        endExpected = true;
        try {
            if (!process.waitFor(within.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new AssertionError(name() + " still runs after " + within + logTail());
            }
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted while waiting for the end of " + name(), e);
        }
        return process.exitValue();
    }

    /** Starts the ended process again and waits until it serves. */
    void restart() {
        relaunch();
        awaitReady();
    }

    void relaunch() {
        if (process.isAlive()) {
            throw new IllegalStateException(name() + " still runs");
        }
        process = launch(options);
        endExpected = false;
    }

    boolean isAlive() {
        return process.isAlive();
    }

    long pid() {
        return process.pid();
    }

    String name() {
        return options.name();
    }

    NodeOptions options() {
        return options;
    }

    int port() {
        return options.port();
    }

    /** Everything that the process has printed, over all its starts. */
    String log() {
        try {
            Path file = logFile(options);
            return Files.exists(file) ? Files.readString(file) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String logTail() {
        List<String> lines = log().lines().toList();
        return "\n--- the end of its log ---\n"
                + String.join("\n", lines.subList(Math.max(0, lines.size() - 30), lines.size()));
    }

    private static Process launch(NodeOptions options) {
        List<String> command = new ArrayList<>(options.prefix());
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options.jvm());
        command.addAll(List.of("-XX:+ExitOnOutOfMemoryError", "-cp", classPath(), "io.kindred.main.Main"));
        command.addAll(List.of(
                "--node-name", options.name(), "--dir", options.dataDirectory().toString()));
        command.addAll(List.of("--port", Integer.toString(options.port())));
        command.addAll(List.of("--cluster-port", Integer.toString(options.clusterPort())));
        command.addAll(options.directives());
        try {
            Files.createDirectories(options.dir());
            return new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(
                            ProcessBuilder.Redirect.appendTo(logFile(options).toFile()))
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException("starting " + options.name(), e);
        }
    }

    /** The packaged server, with what it needs. */
    static String classPath() {
        Path jar = jar();
        return jar + System.getProperty("path.separator") + jar.resolveSibling("lib") + "/*";
    }

    /** The packaged server. */
    static Path jar() {
        Path target = Program.HOME.resolve("resp-server").resolve("target");
        try (var files = Files.newDirectoryStream(target, "kindred-resp-server-*SNAPSHOT.jar")) {
            for (Path jar : files) {
                return jar;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        throw new AssertionError("no server jar in " + target + "; run through mvn verify, which packages it first");
    }

    private static Path logFile(NodeOptions options) {
        return options.dir().resolve(options.name() + ".log");
    }

    private void endNow() {
        process.destroyForcibly();
    }

    /** Ends the process. One that had ended unasked is what made the test fail: its last words are printed. */
    @Override
    public void close() {
        if (!endExpected && !process.isAlive()) {
            System.err.println(name() + " had ended by itself with exit code " + process.exitValue() + logTail());
        }
        endNow();
        awaitExit(GONE_WITHIN);
        Runtime.getRuntime().removeShutdownHook(endWithTests);
    }
}
