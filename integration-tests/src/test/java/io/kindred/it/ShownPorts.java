package io.kindred.it;

import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Free ports in the place of those that pages name: 7000 to 7019, 7100 to 7119 and so on up to 8919 for clients, and those
 * with a 1 before them for nodes. Each twenty that are named get twenty free ones in a row.
 */
final class ShownPorts {
    private static final Pattern PORT = Pattern.compile("(?<![0-9])(1?)([78][0-9])([01][0-9])(?![0-9])");
    private static final int PORTS = 20;
    private static final int PEERS_ABOVE = 10_000;

    private final Map<String, Integer> firsts = new TreeMap<>();

    /** The text with free ports. */
    String replaced(String text) {
        Matcher matcher = PORT.matcher(text);
        return matcher.replaceAll(this::free);
    }

    private String free(MatchResult shown) {
        int first = firsts.computeIfAbsent(shown.group(2), ignored -> FreePorts.block(PORTS));
        int port = first + Integer.parseInt(shown.group(3)) + (shown.group(1).isEmpty() ? 0 : PEERS_ABOVE);
        return Integer.toString(port);
    }
}
