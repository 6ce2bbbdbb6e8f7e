package io.kindred.main;

import org.jspecify.annotations.Nullable;

/** Which values a directive takes. {@link ValueForms} has them. */
interface ValueForm {
    /** What is wrong with a value, as the end of a sentence; null: nothing. */
    @Nullable
    String problem(String value);

    /** Which values those are, in words, for whoever chooses one: {@code 1 to 64}. */
    default String values() {
        return "text";
    }

    /** The value as CONFIG GET shows it, whichever way it was written. Requires: no problem. */
    default String canonical(String value) {
        return value;
    }

    /**
     * The same for a form whose values may name a part of what it is about.
     *
     * @param before the value until now, in canonical form: what the new one does not name stays
     */
    default String canonical(String value, String before) {
        return canonical(value);
    }

    /** Whether it may be written as several words. */
    default boolean severalWords() {
        return false;
    }
}
