package io.kindred.main;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A command of a pipeline, and how its reply is compared with the model's.
 *
 * @param modelArgs what the model is asked, where that is another command
 * @param answered whether there is a reply
 */
record Call(List<String> args, List<String> modelArgs, boolean answered, Check check) {
    /** Stands for the context that the key was last shown with, on either side its own. */
    static final String LAST_CONTEXT = "<context>";

    /** What must hold of a reply and the model's. */
    @FunctionalInterface
    interface Check {
        boolean holds(@Nullable Object reply, @Nullable Object expected);
    }

    /** A count that one node gives by itself: exact if whoever runs the test says so. */
    record Count() implements Check {
        @Override
        public boolean holds(@Nullable Object reply, @Nullable Object expected) {
            return Objects.equals(reply, expected);
        }
    }

    static Call of(String... words) {
        return of(List.of(words));
    }

    static Call of(List<String> words) {
        return new Call(words, words, true, Objects::equals);
    }

    Call check(Check other) {
        return new Call(args, modelArgs, answered, other);
    }

    Call against(String... words) {
        return new Call(args, List.of(words), answered, check);
    }

    Call muted() {
        return new Call(args, modelArgs, false, check);
    }

    static Check count() {
        return new Count();
    }

    static List<String> withContexts(List<String> args, Map<String, String> contexts) {
        if (!args.contains(LAST_CONTEXT)) {
            return args;
        }
        return args.stream()
                .map(arg -> arg.equals(LAST_CONTEXT) ? contexts.getOrDefault(args.get(1), "") : arg)
                .toList();
    }

    /** Numbers that depend on when something was done. */
    static Check about(long difference) {
        return (reply, expected) -> reply instanceof Long found && expected instanceof Long wanted
                ? found.equals(wanted) || (found > 0 && wanted > 0 && Math.abs(found - wanted) <= difference)
                : Objects.equals(reply, expected);
    }

    static boolean sameInAnyOrder(@Nullable Object reply, @Nullable Object expected) {
        return reply instanceof List<?> found
                && expected instanceof List<?> wanted
                && found.size() == wanted.size()
                && new HashSet<>(found).equals(new HashSet<>(wanted));
    }

    /** A page of these keys; all of them, if no page follows. */
    static boolean isPage(@Nullable Object reply, @Nullable Object keys) {
        return reply instanceof List<?> page
                && keys instanceof List<?> all
                && page.get(1) instanceof List<?> found
                && new HashSet<Object>(all).containsAll(found)
                && (!"0".equals(page.get(0)) || sameInAnyOrder(found, all));
    }

    static boolean isOneOf(@Nullable Object reply, @Nullable Object keys) {
        return keys instanceof List<?> all && (all.isEmpty() ? reply == null : all.contains(reply));
    }

    static boolean bothOrNeitherNil(@Nullable Object reply, @Nullable Object expected) {
        return (reply == null) == (expected == null) && isAnswer(reply, expected);
    }

    static boolean isAnswer(@Nullable Object reply, @Nullable Object expected) {
        return !(reply instanceof RespClient.Failure);
    }

    /** One that another command has begun may be under way. */
    static boolean sameOrSaving(@Nullable Object reply, @Nullable Object expected) {
        return Objects.equals(reply, expected)
                || reply instanceof RespClient.Failure failure
                        && failure.text().equals("ERR Background save already in progress");
    }

    static boolean sameKind(@Nullable Object reply, @Nullable Object expected) {
        return kind(reply).equals(kind(expected));
    }

    private static String kind(@Nullable Object reply) {
        if (reply instanceof RespClient.Failure failure) {
            return "error " + failure.text().split(Pattern.quote(" "), 2)[0];
        }
        return reply == null
                ? "nil"
                : reply instanceof List<?> ? "list" : reply.getClass().getSimpleName();
    }

    /** The values that KIN.GET shows, in their order. */
    static boolean sameSiblings(@Nullable Object reply, @Nullable Object expected) {
        return reply instanceof List<?> found
                && expected instanceof List<?> wanted
                && Objects.equals(found.get(1), wanted.get(1));
    }

    /** The values among the rows of KIN.SIBLINGS. */
    static boolean sameLiveRows(@Nullable Object reply, @Nullable Object expected) {
        return reply instanceof List<?> found
                && expected instanceof List<?> wanted
                && live(found).equals(live(wanted));
    }

    private static List<Object> live(List<?> rows) {
        List<Object> values = new ArrayList<>();
        for (Object row : rows) {
            Object value = row instanceof List<?> cells ? cells.get(0) : null;
            if (value != null) {
                values.add(value);
            }
        }
        return values;
    }
}
