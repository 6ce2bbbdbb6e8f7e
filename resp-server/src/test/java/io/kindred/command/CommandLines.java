package io.kindred.command;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Command lines for the comparison with redis-server: from files, and from seeds. */
final class CommandLines {
    private CommandLines() {}

    /** One command a line, words between blanks, {@code ""} the empty word; {@code #} begins a comment line. */
    static List<List<String>> load(String resource) throws IOException {
        try (InputStream in = CommandLines.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new FileNotFoundException(resource);
            }
            List<List<String>> lines = new ArrayList<>();
            for (String line : new String(in.readAllBytes(), StandardCharsets.ISO_8859_1).split("\n")) {
                if (line.isBlank() || line.startsWith("#")) {
                    continue;
                }
                if (resource.endsWith("/scripts.txt")) {
                    lines.add(quoted(line));
                } else {
                    lines.add(List.of(line.split(" ")).stream()
                            .map(word -> word.equals("\"\"") ? "" : word)
                            .toList());
                }
            }
            return lines;
        }
    }

    /** Words between blanks; one in quotes may have blanks, {@code \"} and {@code \n}. */
    private static List<String> quoted(String line) {
        List<String> words = new ArrayList<>();
        Matcher word = Pattern.compile("\"((?:[^\"\\\\]|\\\\.)*)\"|(\\S+)").matcher(line);
        while (word.find()) {
            String inQuotes = word.group(1);
            words.add(
                    inQuotes == null
                            ? word.group(2)
                            : inQuotes.replace("\\n", "\n").replace("\\\"", "\""));
        }
        return words;
    }

    /** Commands over a few keys, with arguments that are right more often than wrong. Times are far from now. */
    static final class Generator {
        private static final String[] KEYS = {"a", "b", "c", "d{t}", ""};
        private static final String[] NUMBERS = {
            "0", "1", "-1", "2", "7", "10", "-3", "100", "9223372036854775807", "-9223372036854775808",
            "9223372036854775800", "9223372036854775", "9223372036854776", "+1", "01", "-0", "1.5", "x", "", " 1"
        };
        private static final String[] DECIMALS = {
            "0.5",
            "0.25",
            "-1.5",
            "1e2",
            "3.0e3",
            "125E-3",
            "10",
            "-7",
            "0.0000152587890625",
            "x",
            "",
            "1e5000",
            ".5",
            "5.",
            "inf",
            "-inf",
            "nan",
            "0x10",
            "1e",
            " 1"
        };
        private static final String[] VALUES = {
            "",
            "v",
            "hello",
            "10",
            "-5",
            "3.25",
            "0",
            "9223372036854775807",
            "\u00c3\u00bf\u0000\r\n",
            "a longer value than that"
        };
        private static final String[] SECONDS = {"1000", "5000", "100000", "0", "-1", "9223372036854775807", "x", "1.0"
        };
        private static final String[] TIMES = {"99999999999", "88888888888", "1", "-5", "0", "9223372036854775", "x"};
        private static final String[] TIMES_MILLIS = {"99999999999000", "88888888888000", "1", "0", "x"};

        private final Random random;

        Generator(Random random) {
            this.random = random;
        }

        byte[][] next() {
            List<String> args = new ArrayList<>(line());
            if (random.nextInt(40) == 0) {
                args.add(pick(VALUES));
            } else if (random.nextInt(40) == 0 && args.size() > 1) {
                args.remove(args.size() - 1);
            }
            return TestNode.bytes(args);
        }

        private List<String> line() {
            return switch (random.nextInt(8)) {
                case 0 -> set();
                case 1 -> read();
                case 2 -> count();
                case 3 -> expire();
                case 4 -> several();
                case 5 -> edit();
                case 6 -> getEx();
                default -> other();
            };
        }

        private List<String> set() {
            List<String> args = new ArrayList<>(List.of(anyCase("SET"), key(), pick(VALUES)));
            for (int i = random.nextInt(4) - 1; i > 0; i--) {
                option(args, random.nextInt(8));
            }
            return args;
        }

        private void option(List<String> args, int which) {
            switch (which) {
                case 0 -> args.add(anyCase("NX"));
                case 1 -> args.add(anyCase("XX"));
                case 2 -> args.add(anyCase("GET"));
                case 3 -> args.add(anyCase("KEEPTTL"));
                case 4 -> args.addAll(List.of("EX", pick(SECONDS)));
                case 5 -> args.addAll(List.of("PX", pick(SECONDS) + "000"));
                case 6 -> args.addAll(List.of("EXAT", pick(TIMES)));
                default -> args.addAll(List.of("PXAT", pick(TIMES_MILLIS)));
            }
        }

        private List<String> getEx() {
            List<String> args = new ArrayList<>(List.of("GETEX", key()));
            for (int i = random.nextInt(3); i > 0; i--) {
                if (random.nextInt(3) == 0) {
                    args.add("PERSIST");
                } else {
                    option(args, 3 + random.nextInt(5));
                }
            }
            return args;
        }

        private List<String> read() {
            return switch (random.nextInt(7)) {
                case 0 -> List.of("STRLEN", key());
                case 1 -> List.of("GETRANGE", key(), pick(NUMBERS), pick(NUMBERS));
                case 2 -> List.of("SUBSTR", key(), pick(NUMBERS), pick(NUMBERS));
                case 3 -> List.of("TYPE", key());
                case 4 -> List.of("TTL", key());
                case 5 -> List.of(random.nextBoolean() ? "EXPIRETIME" : "PERSIST", key());
                default -> List.of(anyCase("GET"), key());
            };
        }

        private List<String> count() {
            return switch (random.nextInt(5)) {
                case 0 -> List.of("INCR", key());
                case 1 -> List.of("DECR", key());
                case 2 -> List.of("INCRBY", key(), pick(NUMBERS));
                case 3 -> List.of("DECRBY", key(), pick(NUMBERS));
                // Binary fractions on keys of their own: Redis's sums of others are not exact, and ours are.
                default -> List.of("INCRBYFLOAT", random.nextBoolean() ? "f" : "g", pick(DECIMALS));
            };
        }

        private List<String> expire() {
            List<String> args = new ArrayList<>(
                    switch (random.nextInt(4)) {
                        case 0 -> List.of("EXPIRE", key(), pick(SECONDS));
                        case 1 -> List.of("PEXPIRE", key(), pick(SECONDS) + "000");
                        case 2 -> List.of("EXPIREAT", key(), pick(TIMES));
                        default -> List.of("PEXPIREAT", key(), pick(TIMES_MILLIS));
                    });
            String[] conditions = {"NX", "XX", "gt", "LT", "QQ"};
            // GT and LT beside relative times would depend on the millisecond at which each server runs the line.
            for (int i = args.get(0).endsWith("AT") ? random.nextInt(4) - 1 : 0; i > 0; i--) {
                args.add(pick(conditions));
            }
            return args;
        }

        private List<String> several() {
            String[] names = {"MGET", "DEL", "UNLINK", "EXISTS", "TOUCH", "MSET", "MSETNX"};
            List<String> args = new ArrayList<>(List.of(pick(names)));
            boolean pairs = args.get(0).startsWith("MSET");
            for (int i = 1 + random.nextInt(3); i > 0; i--) {
                args.add(key());
                if (pairs) {
                    args.add(pick(VALUES));
                }
            }
            return args;
        }

        private List<String> edit() {
            return switch (random.nextInt(6)) {
                case 0 -> List.of("APPEND", key(), pick(VALUES));
                case 1 -> List.of("SETRANGE", key(), Integer.toString(random.nextInt(20) - 1), pick(VALUES));
                case 2 -> List.of("SETNX", key(), pick(VALUES));
                case 3 -> List.of("SETEX", key(), pick(SECONDS), pick(VALUES));
                case 4 -> List.of("PSETEX", key(), pick(SECONDS) + "000", pick(VALUES));
                default -> List.of(random.nextBoolean() ? "GETSET" : "GETDEL", key(), pick(VALUES));
            };
        }

        private List<String> other() {
            return switch (random.nextInt(5)) {
                case 0 -> List.of("EXISTS", "a", "b", "c", "d{t}", "", "f", "g");
                case 1 -> List.of("GETDEL", key());
                case 2 -> List.of("TOUCH", key(), "missing");
                case 3 -> List.of("nosuch" + pick(VALUES), key(), pick(VALUES));
                default -> List.of("PEXPIRETIME", key());
            };
        }

        private String key() {
            return pick(KEYS);
        }

        private String anyCase(String word) {
            return random.nextBoolean() ? word : word.toLowerCase(java.util.Locale.ROOT);
        }

        private String pick(String[] from) {
            return from[random.nextInt(from.length)];
        }
    }
}
