package io.kindred.cluster.keyspace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class GlobTest {
    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "h?llo, hello, true",
                "h?llo, hllo, false",
                "h*llo, heeeello, true",
                "h*llo, hllo, true",
                "h[ae]llo, hallo, true",
                "h[ae]llo, hillo, false",
                "h[^e]llo, hallo, true",
                "h[^e]llo, hello, false",
                "h[a-b]llo, hbllo, true",
                "h[b-a]llo, hallo, true",
                "h[a-b]llo, hcllo, false",
                "h\\?llo, h?llo, true",
                "h\\?llo, hello, false",
                "h[\\]]llo, h]llo, true",
                "h[a, ha, true",
                "h[, h, false",
                "a**b, ab, true",
                "*a*b*c*, xaxbxcx, true",
                "*a*b*c*, xaxcxbx, false",
                "a*, a, true",
                "a**, a, true",
                "*, '', false",
                "'', '', true",
                "'', a, false",
                "foo\\, foo\\, true",
                "[a-, a, true",
            })
    void matchesAsRedisDoes(String pattern, String text, boolean expected) {
        assertEquals(expected, Glob.matches(bytes(pattern), bytes(text)), pattern + " on " + text);
    }

    @Test
    void ignoresCaseWhereAsked() {
        assertEquals(true, Glob.matchesIgnoringCase(bytes("SeT[N-O]x"), bytes("setNX")));
        assertEquals(false, Glob.matches(bytes("SET"), bytes("set")));
    }

    @Test
    void hostilePatternEndsSoon() {
        byte[] pattern = bytes("*a".repeat(20_000) + "b");
        byte[] text = bytes("a".repeat(20_000));
        assertTimeoutPreemptively(Duration.ofSeconds(10), () -> assertEquals(false, Glob.matches(pattern, text)));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void agreesWithTheRecursiveMatcher(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 200_000; i++) {
            byte[] pattern = some(random, "ab*?[]^-\\", 8);
            byte[] text = some(random, "abc-]\\", 6);
            assertEquals(
                    new Recursive(pattern, text).matches(0, 0),
                    Glob.matches(pattern, text),
                    () -> "seed " + seed + ", pattern " + string(pattern) + ", text " + string(text)
                            + " (mvn -pl resp-server -am verify -Dtest=GlobTest)");
        }
    }

    private static byte[] some(Random random, String from, int lengthMax) {
        byte[] bytes = new byte[random.nextInt(lengthMax + 1)];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) from.charAt(random.nextInt(from.length()));
        }
        return bytes;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static String string(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    /** The textbook definition: slow, but plainly right. */
    private record Recursive(byte[] pattern, byte[] text) {
        boolean matches(int p, int t) {
            if (p == pattern.length) {
                return t == text.length;
            }
            if (pattern[p] == '*') {
                return matchesStar(p, t);
            }
            if (t == text.length) {
                return false;
            }
            return switch (pattern[p]) {
                case '?' -> matches(p + 1, t + 1);
                case '[' -> matchesBracket(p, t);
                case '\\' -> {
                    int literal = p + 1 < pattern.length ? p + 1 : p;
                    yield pattern[literal] == text[t] && matches(literal + 1, t + 1);
                }
                default -> pattern[p] == text[t] && matches(p + 1, t + 1);
            };
        }

        /** A star at the very start needs a byte to match at all. */
        private boolean matchesStar(int p, int t) {
            if (text.length == 0) {
                return false;
            }
            for (int end = t; end <= text.length; end++) {
                if (matches(p + 1, end)) {
                    return true;
                }
            }
            return false;
        }

        private boolean matchesBracket(int p, int t) {
            int i = p + 1;
            boolean not = i < pattern.length && pattern[i] == '^';
            i += not ? 1 : 0;
            boolean found = false;
            while (i < pattern.length && pattern[i] != ']') {
                int left = pattern.length - i;
                if (left >= 2 && pattern[i] == '\\') {
                    found |= pattern[i + 1] == text[t];
                    i += 2;
                } else if (left >= 3 && pattern[i + 1] == '-') {
                    int low = Math.min(pattern[i], pattern[i + 2]);
                    int high = Math.max(pattern[i], pattern[i + 2]);
                    found |= text[t] >= low && text[t] <= high;
                    i += 3;
                } else {
                    found |= pattern[i] == text[t];
                    i++;
                }
            }
            return found != not && matches(Math.min(i + 1, pattern.length), t + 1);
        }
    }
}
