package io.kindred.main;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the kernel counts of this process; only Linux tells. */
final class ProcessFigures {
    private static final Path STAT = Path.of("/proc/self/stat");
    private static final Path STATM = Path.of("/proc/self/statm");
    /** The unit of times and sizes there, on every Linux that runs a JVM of 64 bits for servers. */
    private static final double TICKS_PER_SECOND = 100;

    private static final long PAGE_BYTES = 4096;
    /** Fields 14 and 15 of stat, counted from behind the program's name, which is the second. */
    private static final int USER_FIELD = 11;

    private ProcessFigures() {}

    /** User and system time; empty where it is not known. */
    static double[] cpuSeconds() {
        String stat = read(STAT);
        int name = stat.lastIndexOf(") ");
        String[] fields = name < 0 ? new String[0] : stat.substring(name + 2).split(" ", -1);
        return fields.length <= USER_FIELD + 1
                ? new double[0]
                : new double[] {
                    Long.parseLong(fields[USER_FIELD]) / TICKS_PER_SECOND,
                    Long.parseLong(fields[USER_FIELD + 1]) / TICKS_PER_SECOND
                };
    }

    /** -1 where it is not known. */
    static long residentBytes() {
        String[] fields = read(STATM).split(" ", -1);
        return fields.length < 2 ? -1 : Long.parseLong(fields[1]) * PAGE_BYTES;
    }

    /** What the machine, or the container, has; 0 where the JVM does not tell. */
    static long machineBytes() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean machine
                ? machine.getTotalMemorySize()
                : 0;
    }

    /** Empty on a system that has no such file. */
    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException noSuchSystem) {
            return "";
        }
    }
}
