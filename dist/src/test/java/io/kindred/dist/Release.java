package io.kindred.dist;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The release, unpacked somewhere, with a PATH that has no Maven and no compiler on it.
 *
 * @param home where it is unpacked
 * @param programs the only directory on the PATH
 */
record Release(Path dir, Path home, Path programs) implements AutoCloseable {
    private static final Path TAR = Path.of(System.getProperty("kindred.release", "none"));
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    /** bash, java, coreutils, util-linux and their like: what a slim image has, too. */
    private static final List<String> PROGRAMS = List.of(
            ("bash sh java tar gzip env cat sed awk grep head tail tr find cut mktemp mkdir rm mv touch dirname basename readlink"
                            + " sleep wc date flock setsid")
                    .split(" ", -1));

    static Release unpack(Path dir) throws Exception {
        Release packed = new Release(dir, dir, links(Files.createDirectory(dir.resolve("path"))));
        packed.run(Map.of(), "tar", "xzf", TAR.toString(), "-C", dir.toString()).succeeded();
        try (Stream<Path> unpacked = Files.list(dir)) {
            Path home = unpacked.filter(path -> path.getFileName().toString().startsWith("kindred-"))
                    .findFirst()
                    .orElseThrow();
            return new Release(dir, home, packed.programs());
        }
    }

    private static Path links(Path into) throws IOException {
        for (String name : PROGRAMS) {
            for (String on : System.getenv("PATH").split(":", -1)) {
                Path program = Path.of(on).resolve(name);
                if (Files.isExecutable(program) && Files.notExists(into.resolve(name))) {
                    Files.createSymbolicLink(into.resolve(name), program);
                }
            }
        }
        return into;
    }

    /** Runs a program, one of the release's if it begins with bin/, to its end. */
    Ended run(Map<String, String> environment, String... command) throws Exception {
        Path output = Files.createTempFile(dir, "output", ".txt");
        return Ended.of(start(output, environment, command), output, PATIENCE);
    }

    Process start(Path output, String... command) throws IOException {
        return start(output, Map.of(), command);
    }

    private Process start(Path output, Map<String, String> environment, String... command) throws IOException {
        List<String> words = new ArrayList<>(List.of(command));
        if (words.get(0).startsWith("bin/")) {
            words.set(0, home.resolve(words.get(0)).toString());
        }
        ProcessBuilder builder = new ProcessBuilder(words);
        builder.environment().put("PATH", programs.toString());
        builder.environment().put("KINDRED_HEAP", "256m");
        builder.environment()
                .keySet()
                .removeAll(List.of("JAVA_HOME", "KINDRED_CACHE", "KINDRED_CONF", "KINDRED_PASSWORD"));
        builder.environment().putAll(environment);
        return builder.directory(dir.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
    }

    String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Takes the links away: whoever deletes the directory must not wonder where they lead. */
    @Override
    public void close() throws IOException {
        for (String name : PROGRAMS) {
            Files.deleteIfExists(programs.resolve(name));
        }
    }
}
