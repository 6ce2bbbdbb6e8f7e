package io.kindred.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** A program that has run: how it ended, and all that it printed. */
record Ended(int code, String output) {
    static Ended of(Process process, Path output, Duration within) throws IOException, InterruptedException {
        if (!process.waitFor(within.toMillis(), TimeUnit.MILLISECONDS)) {
            process.destroyForcibly().waitFor();
            throw new AssertionError("did not end within " + within + ": " + Files.readString(output));
        }
        return new Ended(process.exitValue(), Files.readString(output));
    }

    String succeeded() {
        assertEquals(0, code, output);
        return output;
    }
}
