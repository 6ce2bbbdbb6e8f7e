package io.kindred.it;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * A node whose disk has not a byte left starts, serves reads, refuses writes with nothing applied, takes them again when there
 * is room, and stops with exit code 0 and without a stack trace, whichever it is. Run by {@link FullDiskIT}; ends with
 * exit code 0 if all is well.
 */
final class FullDiskScenario {
    private static final int KEYS = 200;
    private static final int FULL_STARTS = 2;
    private static final Duration HEALED_WITHIN = Duration.ofSeconds(30);

    private final NodeOptions options;
    private final Path filler;

    private FullDiskScenario(Path dir) {
        options = NodeOptions.of("n1", dir);
        filler = options.dataDirectory().resolve("filler");
    }

    public static void main(String[] args) throws IOException {
        new FullDiskScenario(Path.of(args[0])).run();
    }

    private void run() throws IOException {
        Files.createDirectories(options.dataDirectory());
        Program.output(
                "mount",
                "-t",
                "tmpfs",
                "-o",
                "size=24m",
                "tmpfs",
                options.dataDirectory().toString());
        try (KindredProcess node = KindredProcess.started(options)) {
            try (RespConnection client = node.connect()) {
                for (int key = 0; key < KEYS; key++) {
                    check("OK".equals(client.text("SET", "k" + key, "v" + key)), "SET on a disk with room");
                }
            }
            fill();
            stopCleanly(node);
            for (int start = 0; start < FULL_STARTS; start++) {
                node.restart();
                checkReadsOnly(node);
                stopCleanly(node);
            }
            node.restart();
            checkReadsOnly(node);
            Files.delete(filler);
            try (RespConnection client = node.connect()) {
                Await.until("writes work again", HEALED_WITHIN, () -> isSet(client, "healed"));
            }
            stopCleanly(node);
            node.restart();
            try (RespConnection client = node.connect()) {
                check("healed".equals(client.text("GET", "k0")), "what was written after that is there");
            }
            stopCleanly(node);
            check(!node.log().contains("\tat "), "there is a stack trace in the log:\n" + node.log());
        }
    }

    private void fill() throws IOException {
        try (OutputStream out = Files.newOutputStream(filler)) {
            byte[] page = new byte[4096];
            while (true) {
                out.write(page);
            }
        } catch (IOException full) {
            check(String.valueOf(full.getMessage()).contains("No space left"), "filling the disk: " + full);
        }
    }

    private static void checkReadsOnly(KindredProcess node) {
        try (RespConnection client = node.connect()) {
            for (int key = 0; key < KEYS; key++) {
                check(("v" + key).equals(client.text("GET", "k" + key)), "k" + key + " can be read on a full disk");
            }
            check(!isSet(client, "x".repeat(1 << 16)), "a write on a full disk is answered OK");
            check("v0".equals(client.text("GET", "k0")), "nothing of it was applied");
        }
    }

    private static boolean isSet(RespConnection client, String value) {
        try {
            return "OK".equals(client.text("SET", "k0", value));
        } catch (RespError refusal) {
            check(
                    refusal.getMessage() != null && refusal.getMessage().contains("MISCONF"),
                    "it is answered " + refusal);
            return false;
        }
    }

    private static void stopCleanly(KindredProcess node) {
        int code = node.terminate();
        check(code == 0, "exit code " + code + "\n" + node.log());
    }

    private static void check(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(what);
        }
    }
}
