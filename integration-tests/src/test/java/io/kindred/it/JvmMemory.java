package io.kindred.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a JVM uses, as the JDK's own tools tell it: the heap after a full collection, and the resident memory. */
record JvmMemory(long heapBytes, long residentBytes) {
    private static final Pattern USED = Pattern.compile("^Total\\s+\\d+\\s+(\\d+)");

    static JvmMemory of(KindredProcess node) {
        // The class histogram counts live objects only, and collects the rest first.
        String histogram = jcmd(node.pid(), "GC.class_histogram");
        long heap = -1;
        for (String line : histogram.lines().toList()) {
            Matcher total = USED.matcher(line);
            if (total.find()) {
                heap = Long.parseLong(total.group(1));
            }
        }
        if (heap < 0) {
            throw new AssertionError("no total in:\n" + histogram);
        }
        return new JvmMemory(heap, resident(node.pid()));
    }

    private static String jcmd(long pid, String command) {
        String program = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        try {
            Process process = new ProcessBuilder(program, Long.toString(pid), command)
                    .redirectErrorStream(true)
                    .start();
            return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long resident(long pid) {
        try {
            for (String line : Files.readAllLines(Path.of("/proc", Long.toString(pid), "status"))) {
                if (line.startsWith("VmRSS:")) {
                    return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
                }
            }
            return 0;
        } catch (IOException e) {
            // Systems without /proc: the heap alone must do.
            return 0;
        }
    }
}
