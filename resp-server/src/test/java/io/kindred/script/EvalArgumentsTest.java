package io.kindred.script;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.kindred.cluster.message.Reply;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class EvalArgumentsTest {
    private static EvalArguments parse(String line) throws ScriptRefused {
        return EvalArguments.parse(
                Arrays.stream(line.split(" ", -1)).map(Scripts::bytes).toArray(byte[][]::new));
    }

    @Test
    void keysComeBeforeArguments() throws ScriptRefused {
        EvalArguments given = parse("EVAL text 2 k1 k2 a1 a2 a3");
        assertEquals(2, given.keys().length);
        assertEquals(3, given.arguments().length);
        assertEquals("k2", new String(given.keys()[1], java.nio.charset.StandardCharsets.US_ASCII));
        assertEquals(0, parse("EVAL text 0").arguments().length);
    }

    @ParameterizedTest
    @CsvSource({
        "EVAL x 3 a b, ERR Number of keys can't be greater than number of args",
        "EVAL x -1 a, ERR Number of keys can't be negative",
        "EVAL x one a, ERR value is not an integer or out of range",
        "EVAL x 1.0 a, ERR value is not an integer or out of range",
        "EVAL x 01 a, ERR value is not an integer or out of range",
        "EVAL x 9999999999999999999 a, ERR value is not an integer or out of range"
    })
    void errorsAreRedis(String line, String error) {
        assertEquals(
                Reply.error(error),
                assertThrows(ScriptRefused.class, () -> parse(line)).reply());
    }

    @Test
    void aSha1IsTakenInAnyCase() throws ScriptRefused {
        String digits = "ABCDEF0123".repeat(4);
        assertEquals(
                digits.toLowerCase(java.util.Locale.ROOT),
                parse("EVALSHA " + digits + " 0").sha1());
        assertEquals("", parse("EVALSHA abc 0").sha1());
    }
}
