package io.kindred.main;

import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The forms that values of directives have. Problems are worded as Redis words them, where Redis has them. */
final class ValueForms {
    private static final String NO_INTEGER = "argument couldn't be parsed into an integer";
    private static final String NO_MEMORY = "argument must be a memory value";

    private ValueForms() {}

    /** Any text at all. */
    static ValueForm text() {
        return value -> null;
    }

    /** Any text, of as many words as you like. */
    static ValueForm anyWords() {
        return new ValueForm() {
            @Override
            public @Nullable String problem(String value) {
                return null;
            }

            @Override
            public boolean severalWords() {
                return true;
            }
        };
    }

    /** One word of printable characters. */
    static ValueForm word(int charsMax) {
        return described(
                "a word of up to " + charsMax + " characters",
                value -> value.chars().allMatch(c -> c > ' ' && c != 0x7f)
                                && !value.isEmpty()
                                && value.length() <= charsMax
                        ? null
                        : "argument must be 1 to " + charsMax + " characters without spaces");
    }

    /** A word, or nothing. */
    static ValueForm wordOrNothing(int charsMax) {
        ValueForm word = word(charsMax);
        return described(word.values() + ", or \"\"", value -> value.isEmpty() ? null : word.problem(value));
    }

    static ValueForm integer(long min, long max) {
        return new Integral(min, max, number -> true, "", "");
    }

    static ValueForm powerOfTwo(long min, long max) {
        return new Integral(
                min, max, number -> Long.bitCount(number) == 1, "argument must be a power of two", "a power of two, ");
    }

    /** A number, or a word that stands for none: {@code majority}, {@code auto}. */
    static ValueForm integerOr(String word, long min, long max) {
        return or(word, integer(min, max));
    }

    /** Bytes: {@code 1048576}, {@code 1mb} (1024 * 1024), {@code 1m} (1000 * 1000), and so on. Shown in bytes. */
    static ValueForm memory(long min, long max) {
        return new Memory(min, max);
    }

    static ValueForm decimal(double min, double max) {
        return described("a decimal number, " + min + " to " + max, value -> {
            Double number = parsedDouble(value);
            return number == null || number.isNaN() || number < min || number > max
                    ? "argument must be a number between " + min + " and " + max
                    : null;
        });
    }

    static ValueForm oneOf(String... words) {
        List<String> all = List.of(words);
        return new ValueForm() {
            @Override
            public @Nullable String problem(String value) {
                return all.contains(canonical(value))
                        ? null
                        : "argument(s) must be one of the following: " + String.join(", ", all);
            }

            @Override
            public String values() {
                return String.join(", ", all.subList(0, all.size() - 1)) + " or " + all.get(all.size() - 1);
            }

            @Override
            public String canonical(String value) {
                return value.toLowerCase(Locale.ROOT);
            }
        };
    }

    /** Words with spaces between them, each of which must have this form. */
    static ValueForm words(ValueForm each) {
        return new ValueForm() {
            @Override
            public @Nullable String problem(String value) {
                for (String word : value.trim().split("\\s+", -1)) {
                    String problem = each.problem(word);
                    if (problem != null) {
                        return problem;
                    }
                }
                return null;
            }

            @Override
            public String values() {
                return each.values() + "; one or more";
            }

            @Override
            public String canonical(String value) {
                return String.join(" ", value.trim().split("\\s+", -1));
            }

            @Override
            public boolean severalWords() {
                return true;
            }
        };
    }

    private static ValueForm or(String word, ValueForm number) {
        return new ValueForm() {
            @Override
            public @Nullable String problem(String value) {
                String problem = value.equalsIgnoreCase(word) ? null : number.problem(value);
                return problem == null ? null : problem + ", or " + word;
            }

            @Override
            public String values() {
                return word + ", or " + number.values();
            }

            @Override
            public String canonical(String value) {
                return value.equalsIgnoreCase(word) ? word : number.canonical(value);
            }
        };
    }

    /** A form that has one canonical way to write a value. */
    private static ValueForm described(String values, ValueForm form) {
        return new ValueForm() {
            @Override
            public @Nullable String problem(String value) {
                return form.problem(value);
            }

            @Override
            public String values() {
                return values;
            }
        };
    }

    private static @Nullable Double parsedDouble(String value) {
        try {
            return Double.valueOf(value);
        } catch (NumberFormatException notOne) {
            return null;
        }
    }

    static @Nullable Long parsedLong(String value) {
        try {
            return Long.valueOf(value);
        } catch (NumberFormatException notOne) {
            return null;
        }
    }

    private record Integral(long min, long max, Predicate<Long> also, String otherwise, String kind)
            implements ValueForm {
        @Override
        public String values() {
            return kind + min + " to " + max;
        }

        @Override
        public @Nullable String problem(String value) {
            Long number = parsedLong(value);
            if (number == null) {
                return NO_INTEGER;
            }
            if (number < min || number > max) {
                return "argument must be between " + min + " and " + max + " inclusive";
            }
            return also.test(number) ? null : otherwise;
        }

        @Override
        public String canonical(String value) {
            return Long.toString(Long.parseLong(value));
        }
    }

    private record Memory(long min, long max) implements ValueForm {
        @Override
        public String values() {
            return shortest(min) + " to " + shortest(max);
        }

        @Override
        public @Nullable String problem(String value) {
            Long bytes = bytes(value);
            if (bytes == null) {
                return NO_MEMORY;
            }
            return bytes < min || bytes > max ? "argument must be between " + min + " and " + max + " inclusive" : null;
        }

        @Override
        public String canonical(String value) {
            return String.valueOf(bytes(value));
        }
    }

    /** An amount of memory in the largest unit that it is a whole number of: {@code 512mb}. */
    static String shortest(long bytes) {
        for (String unit : List.of("gb", "mb", "kb")) {
            Long size = bytes("1" + unit);
            if (size != null && bytes >= size && bytes % size == 0) {
                return bytes / size + unit;
            }
        }
        return Long.toString(bytes);
    }

    static boolean isMemory(ValueForm form) {
        return form instanceof Memory;
    }

    /** Null: this is no amount of memory. */
    static @Nullable Long bytes(String value) {
        String lower = value.toLowerCase(Locale.ROOT);
        int digits = 0;
        while (digits < lower.length() && Character.digit(lower.charAt(digits), 10) >= 0) {
            digits++;
        }
        Long number = parsedLong(lower.substring(0, digits));
        Long unit = switch (lower.substring(digits)) {
            case "", "b" -> 1L;
            case "k" -> 1000L;
            case "kb" -> 1L << 10;
            case "m" -> 1000_000L;
            case "mb" -> 1L << 20;
            case "g" -> 1000_000_000L;
            case "gb" -> 1L << 30;
            default -> null;
        };
        if (number == null || unit == null || number > Long.MAX_VALUE / unit) {
            return null;
        }
        return number * unit;
    }
}
