package io.kindred.script;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

final class ScriptCacheTest {
    private static byte[] text(int number) {
        return Scripts.text("return " + number);
    }

    private static String sha1(int number) {
        return Script.sha1(text(number));
    }

    @Test
    void evaluatedScriptsAreCompiledOnce() throws ScriptRefused {
        ScriptCache cache = new ScriptCache(10, 1 << 20);
        Script first = cache.evaluate(text(1));
        assertSame(first, cache.evaluate(text(1)));
        assertSame(first, cache.find(first.sha1()));
        assertEquals(1, cache.count());
        assertEquals(2, cache.hits());
        assertEquals(1, cache.misses());
        assertEquals(first.bytes(), cache.bytes());
    }

    @Test
    void theLeastRecentlyUsedOfEvalsGoesAndLoadedOnesStay() throws ScriptRefused {
        ScriptCache cache = new ScriptCache(3, 1 << 20);
        cache.load(text(0));
        for (int i = 1; i <= 3; i++) {
            cache.evaluate(text(i));
        }
        assertNotNull(cache.find(sha1(1)));
        cache.evaluate(text(4));
        assertFalse(cache.contains(sha1(2)));
        assertTrue(cache.contains(sha1(1)));
        assertTrue(cache.contains(sha1(0)));
        assertEquals(1, cache.evicted());
        assertEquals(4, cache.count());
    }

    @Test
    void bytesAreBounded() throws ScriptRefused {
        long one = Script.compile(text(1)).bytes();
        ScriptCache cache = new ScriptCache(1000, 3 * one);
        for (int i = 1; i <= 9; i++) {
            cache.evaluate(text(i));
        }
        assertEquals(3, cache.count());
        for (int i = 1; i <= 3; i++) {
            cache.load(text(i));
        }
        assertEquals(3, cache.count());
        assertThrows(ScriptRefused.class, () -> cache.load(text(4)));
        assertEquals(1, cache.refused());
        cache.evaluate(text(5));
        assertFalse(cache.contains(sha1(5)));
        cache.flush();
        assertNull(cache.find(sha1(1)));
        assertEquals(0, cache.bytes());
    }

    @Test
    void aLoadKeepsWhatEvalHadBrought() throws ScriptRefused {
        ScriptCache cache = new ScriptCache(1, 1 << 20);
        cache.evaluate(text(1));
        cache.load(text(1));
        cache.evaluate(text(2));
        cache.evaluate(text(3));
        assertTrue(cache.contains(sha1(1)));
        assertEquals(2, cache.count());
        assertEquals(Script.compile(text(1)).bytes() + Script.compile(text(3)).bytes(), cache.bytes());
    }
}
