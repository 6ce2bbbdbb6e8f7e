package io.kindred.resp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class InlineArgsTest {
    /** {@code `} stands for a single quote, {@code ~} parts the arguments expected. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '%',
            value = {
                "GET a|GET~a",
                "  GET \t a  |GET~a",
                "SET \"a b\" c|SET~a b~c",
                "a\"b c\" d|ab c~d",
                "a`b c` d|ab c~d",
                "\"\" ``|~",
                "\"\\x41\\x4a\\x4A\"|AJJ",
                "\"\\x4\" \"\\xg1\"|x4~xg1",
                "\"\\q\\\"\\\\\"|q\"\\",
                "`\\`\\n\"`|`\\n\"",
                "a\\nb|a\\nb",
            })
    void splitsAsRedisDoes(String line, String expected) {
        assertEquals(List.of(expected.replace('`', '\'').split("~", -1)), split(line.replace('`', '\'')));
    }

    @ParameterizedTest
    @CsvSource({"n,10", "r,13", "t,9", "b,8", "a,7"})
    void knowsTheEscapesOfDoubleQuotes(String letter, int code) {
        assertEquals(List.of(String.valueOf((char) code)), split("\"\\" + letter + "\""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"", "'", "\"a", "'a", "\"a\"b", "'a'b", "\"a\\", "\"a\\\"", "'a\\'", "x \"a\"'b'"})
    void refusesUnbalancedQuotes(String line) {
        assertNull(split(line));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "\t\f\u000b\r "})
    void aBlankLineHasNoArguments(String line) {
        assertEquals(List.of(), split(line));
    }

    private static @Nullable List<String> split(String line) {
        byte[] bytes = ("##" + line + "##").getBytes(StandardCharsets.ISO_8859_1);
        byte[][] args = InlineArgs.split(bytes, 2, bytes.length - 2);
        if (args == null) {
            return null;
        }
        List<String> texts = new ArrayList<>();
        for (byte[] arg : args) {
            texts.add(new String(arg, StandardCharsets.ISO_8859_1));
        }
        return texts;
    }
}
