package io.kindred.engine;

import java.nio.file.Path;
import java.util.OptionalLong;

/** How files are called that differ by a number: all names of one kind are of one length, and sort as their numbers do. */
record NumberedName(String prefix, String suffix) {
    private static final int DIGITS = 16;

    Path file(Path directory, long number) {
        String digits = Long.toString(number);
        return directory.resolve(prefix + "0".repeat(Math.max(0, DIGITS - digits.length())) + digits + suffix);
    }

    /** The file's number, or nothing if it is not called so. */
    OptionalLong number(Path file) {
        String name = String.valueOf(file.getFileName());
        if (!name.startsWith(prefix)
                || !name.endsWith(suffix)
                || name.length() != prefix.length() + DIGITS + suffix.length()) {
            return OptionalLong.empty();
        }
        String digits = name.substring(prefix.length(), prefix.length() + DIGITS);
        return digits.chars().allMatch(c -> c >= '0' && c <= '9')
                ? OptionalLong.of(Long.parseLong(digits))
                : OptionalLong.empty();
    }
}
