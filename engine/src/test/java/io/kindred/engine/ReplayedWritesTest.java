package io.kindred.engine;

import static io.kindred.engine.EngineDriver.key;
import static io.kindred.engine.EngineDriver.text;
import static io.kindred.engine.EngineDriver.value;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a start is told of the log. */
class ReplayedWritesTest {
    @TempDir
    Path root;

    private final List<String> replayed = new ArrayList<>();

    private EngineDriver open(EngineOptions options) throws IOException {
        replayed.clear();
        OwnerQueue owner = new OwnerQueue();
        EngineContext context = new EngineContext(new LocalDisk(), root.resolve("data"), options, new EngineCounters());
        ReplayedWrites told = (key, value, countDelta, note) -> replayed.add(
                text(key).substring(4) + "=" + (value == null ? "-" : text(value)) + " " + countDelta + " " + note);
        return new EngineDriver(LsmEngine.open(context, owner, told), owner);
    }

    private static void stop(EngineDriver driver) {
        ((LsmEngine) driver.engine).closeWithoutMark();
    }

    @Test
    void writesComeBackWithTheirNotes() throws Exception {
        EngineDriver driver = open(EngineOptions.defaults());
        driver.engine.put(key(1, "a"), value("one"), 1, 7);
        driver.engine.put(key(1, "b"), value("two"), 1, Long.MIN_VALUE);
        assertNull(driver.commit());
        driver.engine.delete(key(1, "a"), -1, -1);
        driver.engine.put(key(1, "b"), value("three"), 0);
        driver.engine.delete(key(1, "c"), 0);
        assertNull(driver.commit());
        driver.engine.put(key(1, "d"), value("nobody asked for it"), 1, 9);
        stop(driver);
        stop(open(EngineOptions.defaults()));
        assertEquals(
                List.of("a=one 1 7", "b=two 1 " + Long.MIN_VALUE, "a=- -1 -1", "b=three 0 0", "c=- 0 0"), replayed);
    }

    /** A note that stands for a sum is of use only where none behind it is missing. */
    @Test
    void whatWasWrittenSinceTheLastSealIsTold() throws Exception {
        List<String> written = new ArrayList<>();
        int keys = 0;
        for (int life = 0; life < 8; life++) {
            EngineDriver driver = open(LsmEngineContractTest.SMALL);
            LsmEngine engine = (LsmEngine) driver.engine;
            long seals = 0;
            int sealedAt = 0;
            written.clear();
            for (int i = 0; i < 700 * (life + 1); i++, keys++) {
                byte[] value = value("value " + keys + " ".repeat(keys % 50 == 0 ? 3_000 : 90));
                driver.engine.put(key(2, "key" + keys % 3_000), value, 0, keys + 1L);
                assertNull(driver.commit());
                driver.owner.runUntil(() -> engine.stallNanos() == 0);
                written.add("key" + keys % 3_000 + "=" + text(value) + " 0 " + (keys + 1));
                if (engine.seals() > seals) {
                    seals = engine.seals();
                    // The commit that filled the memtable was sealed with it.
                    sealedAt = written.size();
                }
            }
            stop(driver);
            stop(open(LsmEngineContractTest.SMALL));
            List<String> sinceSeal = written.subList(sealedAt, written.size());
            assertTrue(replayed.size() >= sinceSeal.size(), life + ": " + replayed.size() + " of " + sinceSeal.size());
            assertTrue(life < 4 || seals > 1, "sealed " + seals + " times");
            assertEquals(sinceSeal, replayed.subList(replayed.size() - sinceSeal.size(), replayed.size()));
        }
    }
}
