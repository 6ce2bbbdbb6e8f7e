package io.kindred.command;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One argument of a command, as COMMAND DOCS describes it.
 *
 * @param token the word before it, or that it is; null: none
 * @param parts of a choice the alternatives, of a block what follows each other
 */
record Argument(
        String name, Type type, @Nullable String token, boolean optional, boolean multiple, List<Argument> parts) {

    enum Type {
        STRING,
        INTEGER,
        DOUBLE,
        KEY,
        PATTERN,
        UNIX_TIME,
        PURE_TOKEN,
        ONEOF,
        BLOCK;

        /** As Redis writes it. */
        String text() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    Argument asOptional() {
        return new Argument(name, type, token, true, multiple, parts);
    }

    Argument asMultiple() {
        return new Argument(name, type, token, optional, true, parts);
    }

    /** The least number of words that it is given by. */
    int wordsMin() {
        if (optional) {
            return 0;
        }
        int words = switch (type) {
            case PURE_TOKEN -> 0;
            case ONEOF -> parts.stream().mapToInt(Argument::wordsMin).min().orElse(0);
            case BLOCK -> parts.stream().mapToInt(Argument::wordsMin).sum();
            default -> 1;
        };
        return words + (token == null ? 0 : 1);
    }

    /** Whether it is always given by that number of words. */
    boolean isFixed() {
        return !optional
                && !multiple
                && parts.stream().allMatch(Argument::isFixed)
                && (type != Type.ONEOF
                        || parts.stream()
                                        .mapToInt(Argument::wordsMin)
                                        .distinct()
                                        .count()
                                == 1);
    }
}
