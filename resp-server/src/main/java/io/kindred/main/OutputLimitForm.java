package io.kindred.main;

import io.kindred.server.OutputLimits;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * {@code class hard soft seconds}, once or more, as Redis has it: what is not named, and a hard limit of 0, stay as they were, for
 * there always is a limit. There are no clients of the class {@code replica}, which Redis shows as {@code slave}: its limits are
 * taken and shown.
 */
final class OutputLimitForm implements ValueForm {
    private static final int WORDS = 4;
    /** In the order in which Redis shows them. */
    private static final List<String> CLASSES = List.of("normal", "slave", "pubsub");

    private final ValueForm normalHard;

    /** @param normalHard which hard limits the class {@code normal} may have */
    OutputLimitForm(ValueForm normalHard) {
        this.normalHard = normalHard;
    }

    /** Requires: a canonical value. */
    static OutputLimits limits(String canonical) {
        List<String> words = words(canonical);
        return new OutputLimits(limit(words, "normal"), limit(words, "pubsub"));
    }

    private static OutputLimits.Limit limit(List<String> words, String kind) {
        int at = words.indexOf(kind);
        return new OutputLimits.Limit(
                Long.parseLong(words.get(at + 1)),
                Long.parseLong(words.get(at + 2)),
                Integer.parseInt(words.get(at + 3)));
    }

    @Override
    public String values() {
        return "class, hard limit, soft limit, seconds, once or more; the hard limit of normal is "
                + normalHard.values();
    }

    @Override
    public @Nullable String problem(String value) {
        List<String> words = words(value);
        if (words.size() % WORDS != 0) {
            return "argument must be a class, a hard limit, a soft limit and seconds: normal 256mb 0 0";
        }
        for (int at = 0; at < words.size(); at += WORDS) {
            String problem = problem(words.subList(at, at + WORDS));
            if (problem != null) {
                return problem;
            }
        }
        return null;
    }

    private @Nullable String problem(List<String> limit) {
        if (!CLASSES.contains(kind(limit.get(0)))) {
            return "Invalid client class specified in buffer limit configuration.";
        }
        Long hard = ValueForms.bytes(limit.get(1));
        Long soft = ValueForms.bytes(limit.get(2));
        Long seconds = ValueForms.parsedLong(limit.get(3));
        if (hard == null || soft == null || seconds == null || seconds < 0 || seconds > Integer.MAX_VALUE) {
            return "Error in hard, soft or soft_seconds setting in buffer limit configuration.";
        }
        return kind(limit.get(0)).equals("normal") && hard != 0 ? normalHard.problem(limit.get(1)) : null;
    }

    @Override
    public String canonical(String value, String before) {
        List<String> words = words(value);
        List<String> all = new ArrayList<>(words(before));
        for (int at = 0; at < words.size(); at += WORDS) {
            int to = all.indexOf(kind(words.get(at)));
            String hard = String.valueOf(ValueForms.bytes(words.get(at + 1)));
            if (!hard.equals("0")) {
                all.set(to + 1, hard);
            }
            all.set(to + 2, String.valueOf(ValueForms.bytes(words.get(at + 2))));
            all.set(to + 3, String.valueOf(ValueForms.parsedLong(words.get(at + 3))));
        }
        return String.join(" ", all);
    }

    @Override
    public boolean severalWords() {
        return true;
    }

    private static List<String> words(String value) {
        return List.of(value.trim().split("\\s+", -1));
    }

    private static String kind(String word) {
        String lower = word.toLowerCase(Locale.ROOT);
        return lower.equals("replica") ? "slave" : lower;
    }
}
