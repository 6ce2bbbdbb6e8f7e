package io.kindred.cluster.core;

import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The words of a command, taken one after the other. All have to be taken in the end. */
final class TranscriptWords {
    private final String text;
    private final ArrayDeque<String> words;

    TranscriptWords(String text) {
        this.text = text;
        this.words = new ArrayDeque<>(List.of(text.trim().split("\\s+")));
    }

    String next() {
        String word = words.poll();
        if (word == null) {
            throw new TranscriptError("it ends too soon: " + text);
        }
        return word;
    }

    boolean isEmpty() {
        return words.isEmpty();
    }

    /** Takes the next word where it is this one. */
    boolean takes(String word) {
        boolean isNext = word.equals(words.peek());
        if (isNext) {
            words.remove();
        }
        return isNext;
    }

    /** Whether a word is next that is no option. */
    boolean startsWithKey() {
        String word = words.peek();
        return word != null && !word.contains("=") && !word.equals("global") && !word.equals("passed-on");
    }

    /** Takes {@code name=value} where that is next; null: it is not. */
    @Nullable
    String value(String name) {
        String word = words.peek();
        if (word == null || !word.startsWith(name + "=")) {
            return null;
        }
        words.remove();
        return word.substring(name.length() + 1);
    }

    /** All that is left. */
    String rest() {
        String rest = String.join(" ", words);
        words.clear();
        return rest;
    }

    static long nanos(String duration) {
        if (!duration.matches("-?\\d+(ms|s)")) {
            throw new TranscriptError("no duration: " + duration);
        }
        boolean isMillis = duration.endsWith("ms");
        long number = Long.parseLong(duration.substring(0, duration.length() - (isMillis ? 2 : 1)));
        return number * (isMillis ? 1_000_000L : 1_000_000_000L);
    }

    static String millis(long nanos) {
        return nanos % 1_000_000 == 0 ? nanos / 1_000_000 + "ms" : nanos / 1e6 + "ms";
    }

    void requireEnd() {
        if (!words.isEmpty()) {
            throw new TranscriptError("unknown words at the end: " + rest());
        }
    }
}
