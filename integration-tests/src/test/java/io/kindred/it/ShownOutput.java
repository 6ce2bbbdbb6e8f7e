package io.kindred.it;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a page shows of an output. {@code ...} within a line stands for any text, and alone on a line for any lines, or
 * none. Blanks in a row count as one, and those at the end of a line as none: columns move with what stands in them.
 */
record ShownOutput(List<String> lines) {
    private static final String ANY = "...";
    private static final Pattern BLANKS = Pattern.compile("[ \t]+");

    boolean matches(List<String> printed) {
        return matches(0, plain(printed), 0);
    }

    private boolean matches(int shown, List<String> printed, int from) {
        if (shown == lines.size()) {
            return from == printed.size();
        }
        String line = plain(lines.get(shown));
        if (line.equals(ANY)) {
            for (int next = from; next <= printed.size(); next++) {
                if (matches(shown + 1, printed, next)) {
                    return true;
                }
            }
            return false;
        }
        return from < printed.size()
                && pattern(line).matcher(printed.get(from)).matches()
                && matches(shown + 1, printed, from + 1);
    }

    private static Pattern pattern(String line) {
        return Pattern.compile(Stream.of(line.split(Pattern.quote(ANY), -1))
                .map(Pattern::quote)
                .collect(Collectors.joining(".*")));
    }

    private static List<String> plain(List<String> lines) {
        return lines.stream().map(ShownOutput::plain).toList();
    }

    private static String plain(String line) {
        return BLANKS.matcher(line).replaceAll(" ").stripTrailing();
    }
}
