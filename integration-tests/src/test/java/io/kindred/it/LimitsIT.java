package io.kindred.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The sizes and bytes of keys and values, on one node and through a cluster. */
final class LimitsIT {
    private static final int MEGABYTE = 1 << 20;
    private static KindredProcess single;
    private static KindredCluster cluster;

    @BeforeAll
    static void start(@TempDir Path dir) {
        single = KindredProcess.started(NodeOptions.of("single", dir));
        cluster = KindredCluster.ofThree(dir);
    }

    @AfterAll
    static void stop() {
        single.close();
        cluster.close();
    }

    private static RespConnection writer(String system) {
        return system.equals("node") ? single.connect() : cluster.connect(0);
    }

    private static RespConnection reader(String system) {
        return system.equals("node") ? single.connect() : cluster.connect(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"node", "cluster"})
    void aMegabyteRoundTripsAndOneByteMoreIsRefused(String system) {
        byte[] largest = bytes(MEGABYTE);
        try (RespConnection writer = writer(system);
                RespConnection reader = reader(system)) {
            assertEquals("OK", writer.text("SET", "big", largest));
            assertArrayEquals(largest, (byte[]) reader.call("GET", "big"));
            assertEquals("ERR", writer.error("SET", "big", bytes(MEGABYTE + 1)).code());
            assertEquals("ERR", writer.error("APPEND", "big", "x").code());
            assertEquals("ERR", writer.error("SETRANGE", "big", MEGABYTE, "x").code());
            assertEquals(
                    "ERR",
                    writer.error("KIN.PUT", "big", "", bytes(MEGABYTE + 1)).code());
            assertArrayEquals(largest, (byte[]) reader.call("GET", "big"), "as it was before the refusals");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"node", "cluster"})
    void keysAndValuesHoldAnyBytes(String system) {
        byte[] all = new byte[256];
        for (int i = 0; i < all.length; i++) {
            all[i] = (byte) i;
        }
        try (RespConnection writer = writer(system);
                RespConnection reader = reader(system)) {
            assertEquals("OK", writer.text("SET", all, all));
            assertArrayEquals(all, (byte[]) reader.call("GET", all));
            for (int i = 0; i < 256; i++) {
                byte[] one = {(byte) i};
                writer.text("SET", one, one);
            }
            for (int i = 0; i < 256; i++) {
                byte[] one = {(byte) i};
                assertArrayEquals(one, (byte[]) reader.call("GET", one));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"node", "cluster"})
    void keysAndValuesMayBeEmpty(String system) {
        try (RespConnection writer = writer(system);
                RespConnection reader = reader(system)) {
            assertEquals("OK", writer.text("SET", "", "value of the empty key"));
            assertEquals("value of the empty key", reader.text("GET", ""));
            assertEquals("OK", writer.text("SET", "empty", ""));
            assertEquals("", reader.text("GET", "empty"));
            assertEquals(1, reader.number("EXISTS", "empty"));
            assertEquals(0, reader.number("STRLEN", "empty"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"node", "cluster"})
    void manyLargeValuesAtOnceAreAllTaken(String system) {
        try (RespConnection writer = writer(system);
                RespConnection reader = reader(system)) {
            byte[] value = bytes(200_000);
            for (int i = 0; i < 60; i++) {
                writer.send("SET", "large" + i, value);
            }
            for (int i = 0; i < 60; i++) {
                assertEquals("OK", RespConnection.asText(writer.receive()));
            }
            for (int i = 0; i < 60; i++) {
                assertArrayEquals(value, (byte[]) reader.call("GET", "large" + i));
            }
            assertTrue(reader.number("DBSIZE") >= 60);
        }
    }

    private static byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }
}
