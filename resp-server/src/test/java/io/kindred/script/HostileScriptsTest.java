package io.kindred.script;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What wants to run for ever, or to have all memory or stack, ends with an error, and the next script does not see it. */
final class HostileScriptsTest {
    private static final ScriptLimits SMALL = new ScriptLimits(3_000_000, 24L << 20, () -> false);

    /** Some hundred times what the slowest takes on a machine that has nothing else to do. */
    private static final Duration LONG = Duration.ofSeconds(60);

    private static final String PROBE = "return {('x'):rep(2), cjson.encode({1,'a'}), type(string.format), #KEYS, "
            + "tostring(rawget(_G,'leak')), table.concat({1,2},','), math.random(1000), cjson.encode_max_depth()}";

    static Stream<String> names() {
        return HostileScripts.all().keySet().stream();
    }

    @ParameterizedTest
    @MethodSource("names")
    void endsWithAnErrorAndLeavesNothing(String name) {
        String before = Scripts.run(PROBE);
        String script = HostileScripts.all().getOrDefault(name, "");
        String reply = assertTimeoutPreemptively(LONG, () -> Scripts.run(script, new FakeStore(), SMALL));
        assertTrue(
                reply.startsWith("-ERR "),
                () -> name + " answered " + reply.substring(0, Math.min(99, reply.length())));
        assertEquals(before, Scripts.run(PROBE));
    }

    @Test
    void whatIsKeptIsBoundedAndGarbageIsNot() {
        ScriptLimits limits = new ScriptLimits(50_000_000, 4L << 20, () -> false);
        String garbage = "local s for i=1,2000 do s=('x'):rep(100000) end return #s";
        assertEquals(":100000\r\n", Scripts.run(garbage, new FakeStore(), limits));
        String kept = "local t={} for i=1,2000 do t[i]=('x'):rep(100000) end return #t";
        assertTrue(Scripts.run(kept, new FakeStore(), limits).contains("script-max-memory"));
        String caught = "local t={} pcall(function() for i=1,2000 do t[i]=('x'):rep(100000) end end) return #t";
        assertTrue(Scripts.run(caught, new FakeStore(), limits).contains("script-max-memory"));
    }

    @Test
    void codeThatIsLoadedCountsAsLongAsItIsKept() {
        ScriptLimits limits = new ScriptLimits(50_000_000, 4L << 20, () -> false);
        String kept = "local t={} for i=1,1e5 do t[i]=loadstring('return \"'..i..('x'):rep(5000)..'\"') end return #t";
        assertTrue(Scripts.run(kept, new FakeStore(), limits).contains("script-max-memory"));
        String constants =
                "local t={} for i=1,1e5 do t[i]=loadstring('return \"'..i..('x'):rep(5000)..'\"')() end return #t";
        assertTrue(Scripts.run(constants, new FakeStore(), limits).contains("script-max-memory"));
        String garbage = "local f for i=1,200 do f=loadstring('return \"'..i..('x'):rep(5000)..'\"') end return #f()";
        assertEquals(":5003\r\n", Scripts.run(garbage, new FakeStore(), limits));
    }
}
