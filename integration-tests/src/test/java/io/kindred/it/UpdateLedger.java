package io.kindred.it;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What many clients were told of their INCRs and APPENDs, and whether what is there at the end agrees: no two replies of one
 * counter are alike, it is at least the number of acknowledged INCRs and at most that and the unsure ones; each acknowledged
 * token is in its list once, an unsure one once at most, and nothing else is.
 *
 * <p>Owned by: any thread.
 */
final class UpdateLedger {
    /** Whoever waits for no answer any more knows as much. */
    private final Map<String, Counter> counters = new HashMap<>();

    private final Map<String, Tokens> lists = new HashMap<>();

    private static final class Counter {
        final Set<Long> replies = new HashSet<>();
        long unsure;
    }

    private static final class Tokens {
        final Set<String> acknowledged = new HashSet<>();
        final Set<String> unsure = new HashSet<>();
    }

    private Counter counter(String key) {
        return counters.computeIfAbsent(key, k -> new Counter());
    }

    private Tokens list(String key) {
        return lists.computeIfAbsent(key, k -> new Tokens());
    }

    synchronized void incremented(String key, long reply) {
        if (!counter(key).replies.add(reply)) {
            throw new AssertionError("two INCRs of " + key + " were answered with " + reply);
        }
    }

    synchronized void perhapsIncremented(String key) {
        counter(key).unsure++;
    }

    synchronized void appended(String key, String token) {
        list(key).acknowledged.add(token);
    }

    synchronized void perhapsAppended(String key, String token) {
        list(key).unsure.add(token);
    }

    synchronized List<String> keys() {
        List<String> keys = new ArrayList<>(counters.keySet());
        keys.addAll(lists.keySet());
        return keys;
    }

    synchronized long acknowledged() {
        return counters.values().stream().mapToLong(each -> each.replies.size()).sum()
                + lists.values().stream()
                        .mapToLong(each -> each.acknowledged.size())
                        .sum();
    }

    synchronized long unsure() {
        return counters.values().stream().mapToLong(each -> each.unsure).sum()
                + lists.values().stream().mapToLong(each -> each.unsure.size()).sum();
    }

    /** What is wrong with a key; "" for nothing. */
    synchronized String wrong(String key, @Nullable String value) {
        Counter counter = counters.get(key);
        return counter != null ? wrong(key, counter, value) : wrong(key, list(key), value);
    }

    private static String wrong(String key, Counter counter, @Nullable String value) {
        long number = value == null ? 0 : Long.parseLong(value);
        long least = counter.replies.size();
        for (long reply : counter.replies) {
            least = Math.max(least, reply);
        }
        long most = counter.replies.size() + counter.unsure;
        return number >= least && number <= most
                ? ""
                : key + " is " + number + ", " + counter.replies.size() + " INCRs were acknowledged, the greatest with "
                        + least + ", and " + counter.unsure + " are unsure";
    }

    private static String wrong(String key, Tokens tokens, @Nullable String value) {
        Set<String> found = new HashSet<>();
        for (String token : value == null ? new String[0] : value.split(";", -1)) {
            boolean isSent = token.isEmpty() || tokens.acknowledged.contains(token) || tokens.unsure.contains(token);
            if (!isSent || (!token.isEmpty() && !found.add(token))) {
                return key + " has " + token + (isSent ? " twice" : ", which was not applied");
            }
        }
        Set<String> lost = new HashSet<>(tokens.acknowledged);
        lost.removeAll(found);
        return lost.isEmpty() ? "" : key + " lacks " + lost + ", which were acknowledged";
    }
}
