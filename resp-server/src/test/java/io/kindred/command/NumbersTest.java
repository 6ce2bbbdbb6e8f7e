package io.kindred.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class NumbersTest {
    @ParameterizedTest
    @ValueSource(strings = {"0", "1", "-1", "10", "9223372036854775807", "-9223372036854775808", "-922337203685477580"})
    void readsCanonicalIntegers(String text) {
        assertTrue(Numbers.isLong(bytes(text)));
        assertEquals(Long.parseLong(text), Numbers.toLong(bytes(text)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "-",
                "+1",
                "01",
                "-0",
                "-01",
                " 1",
                "1 ",
                "1.0",
                "0x1",
                "9223372036854775808",
                "-9223372036854775809",
                "99999999999999999999",
                "100000000000000000000",
                "1e3",
                "a"
            })
    void refusesWhatIsNoCanonicalInteger(String text) {
        assertFalse(Numbers.isLong(bytes(text)));
    }

    @Test
    void randomIntegersAreReadAsJavaReadsThem() {
        Random random = new Random(7);
        for (int i = 0; i < 100_000; i++) {
            long value = random.nextLong() >> random.nextInt(64);
            assertTrue(Numbers.isLong(Numbers.bytes(value)), () -> "seed 7: " + value);
            assertEquals(value, Numbers.toLong(Numbers.bytes(value)), () -> "seed 7: " + value);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "3.0e3, 3000",
        "0.1, 0.1",
        "-0, 0",
        "-0.0, 0",
        "1e-17, 0.00000000000000001",
        "1e-18, 0",
        "1e-4950, 0",
        "3.7e-4951, 0",
        "0.123456789012345678, 0.12345678901234568",
        "0x10, 16",
        "0x1.8p1, 3",
        "-0xa, -10",
        ".5, 0.5",
        "5., 5",
        "1E+3, 1000",
        "100, 100",
        "10.50, 10.5",
    })
    void readsAndWritesDecimals(String text, String expected) {
        BigDecimal value = Numbers.toDecimal(bytes(text));
        assertEquals(expected, value == null ? "none" : new String(Numbers.bytes(value), StandardCharsets.US_ASCII));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "e5",
                "1e",
                " 1",
                "1 ",
                "nan",
                "0x",
                "--1",
                "1e5000",
                "-1e5000",
                "1e-5000",
                "1e-4951",
                "-1e-4951",
                "1.2e4932",
                "1e999999999",
                "1e-999999999",
                "1e99999999999999999999",
                "0x1p99999",
                "0x1p999999999",
                "inf"
            })
    void refusesWhatIsNoFiniteDecimal(String text) {
        assertNull(Numbers.toDecimal(bytes(text)));
    }

    @Test
    void zeroMayHaveAnyExponent() {
        assertEquals(BigDecimal.ZERO, Numbers.toDecimal(bytes("0e99999")));
    }

    @Test
    void hostilyLongNumbersAreRefused() {
        assertNull(Numbers.toDecimal(bytes("1".repeat(1_000_000))));
        assertFalse(Numbers.isCursor(bytes("1".repeat(1_000_000))));
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "18446744073709551615, -1", "+5, 5", "-1, -1", "007, 7"})
    void readsCursors(String text, long expected) {
        assertTrue(Numbers.isCursor(bytes(text)));
        assertEquals(expected, Numbers.toCursor(bytes(text)));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
