package io.kindred.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The programs of other languages in src/test/clients, and what runs them. */
final class ClientPrograms {
    static final Path SOURCES = Path.of("src", "test", "clients");

    private ClientPrograms() {}

    /** A directory with all programs and, from the npm registry unless they are there already, the libraries of JavaScript. */
    static Path installed() throws IOException {
        Path directory = Path.of("target", "clients").toAbsolutePath();
        Files.createDirectories(directory);
        try (Stream<Path> sources = Files.list(SOURCES)) {
            for (Path file : sources.filter(Files::isRegularFile).toList()) {
                Files.copy(file, directory.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        Program.ran(directory, Map.of(), "npm", "install", "--no-audit", "--no-fund", "--prefer-offline")
                .succeeded();
        return directory;
    }

    /** A distribution's package is seen by the distribution's Python only, which need not be the first on the PATH. */
    static String python() {
        for (String python : List.of("python3", "/usr/bin/python3")) {
            if (Program.ran(null, Map.of(), python, "-c", "import redis, limits, django_redis")
                            .exitCode()
                    == 0) {
                return python;
            }
        }
        throw new AssertionError("no Python has the modules that these tests need (Debian: apt-get install"
                + " python3-redis python3-limits python3-django-redis)");
    }
}
