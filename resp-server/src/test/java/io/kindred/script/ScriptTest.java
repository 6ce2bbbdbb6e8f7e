package io.kindred.script;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kindred.cluster.message.Reply;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ScriptTest {
    /** What a host throws to begin a run anew. */
    private static final class NotLoaded extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    private static ScriptCalls answering(Reply reply) {
        return command -> reply;
    }

    private static String run(String text, ScriptCalls calls) {
        return Scripts.run(text, calls, ScriptLimits.DEFAULT);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "return redis.call('get','k')",
                "return redis.pcall('get','k')",
                "return {pcall(redis.call,'get','k')}",
                "return {pcall(function() return redis.call('get','k') end)}",
                "return {xpcall(function() return redis.call('get','k') end, function() return 1 end)}",
                "return {coroutine.resume(coroutine.create(function() return redis.call('get','k') end))}",
                "return {pcall(coroutine.wrap(function() return redis.call('get','k') end))}",
                "return (('x'):gsub('x',function() return redis.call('get','k') end))",
                "return {pcall(table.sort,{2,1},function() return redis.call('get','k') end)}",
                "local t=setmetatable({},{__index=function() return redis.call('get','k') end}) return"
                        + " {pcall(function() return t.x end)}",
                "return {pcall(load,function() return redis.call('get','k') end)}"
            })
    void whatTheHostThrowsComesOutAsItIs(String text) {
        NotLoaded thrown = new NotLoaded();
        ScriptCalls calls = command -> {
            throw thrown;
        };
        assertSame(thrown, assertThrows(NotLoaded.class, () -> run(text, calls)));
        assertEquals("$1\r\nv\r\n", run("return redis.call('get','k')", answering(Reply.bulk("v"))));
    }

    @Test
    void repliesOfResp3AreTypedOnceTheScriptAsksForThem() {
        Reply map = new Reply.Pairs(List.of(Reply.bulk("f"), Reply.integer(7)));
        Reply set = new Reply.Unordered(List.of(Reply.bulk("a"), Reply.bulk("b")));
        assertEquals("*2\r\n$1\r\nf\r\n:7\r\n", run("return redis.call('x')", answering(map)));
        assertEquals(":7\r\n", run("redis.setresp(3) return redis.call('x').map.f", answering(map)));
        assertEquals("*2\r\n$1\r\na\r\n$1\r\nb\r\n", run("return redis.call('x')", answering(set)));
        assertEquals(":1\r\n", run("redis.setresp(3) return redis.call('x').set.b", answering(set)));
        assertEquals("$3\r\n1.5\r\n", run("return redis.call('x')", answering(new Reply.Real(1.5))));
        assertEquals(
                "$6\r\nnumber\r\n",
                run("redis.setresp(3) return type(redis.call('x').double)", answering(new Reply.Real(1.5))));
        assertEquals(":1\r\n", run("return redis.call('x')", answering(new Reply.Bool(true))));
        assertEquals(
                "$7\r\nboolean\r\n",
                run("redis.setresp(3) return type(redis.call('x'))", answering(new Reply.Bool(true))));
        Reply verbatim = new Reply.Verbatim("txt", Scripts.bytes("hi"));
        assertEquals("$2\r\nhi\r\n", run("return redis.call('x')", answering(verbatim)));
        assertEquals(
                "$3\r\ntxt\r\n",
                run("redis.setresp(3) return redis.call('x').verbatim_string.format", answering(verbatim)));
        assertEquals("$5\r\nfalse\r\n", run("return tostring(redis.call('x'))", answering(Reply.NIL)));
        assertEquals("$3\r\nnil\r\n", run("redis.setresp(3) return tostring(redis.call('x'))", answering(Reply.NIL)));
    }

    @Test
    void whatAScriptReturnsKeepsItsTypeForResp3() throws ScriptRefused {
        assertEquals(new Reply.Real(0.5), reply("return {double=0.5}"));
        assertEquals(new Reply.Bool(true), reply("redis.setresp(3) return true"));
        assertEquals(Reply.ONE, reply("return true"));
        assertEquals(new Reply.Pairs(List.of()), reply("return {map={}}"));
        assertEquals(new Reply.Unordered(List.of(Reply.ONE)), reply("return {set={[1]=true}}"));
        Reply.Verbatim verbatim = (Reply.Verbatim) reply("return {verbatim_string={format='mkd',string='#'}}");
        assertEquals("mkd", verbatim.format());
    }

    private static Reply reply(String text) throws ScriptRefused {
        return Script.compile(Scripts.text(text))
                .run(Scripts.KEYS, Scripts.ARGUMENTS, answering(Reply.OK), ScriptLimits.DEFAULT);
    }

    @Test
    void bytesPassUnchanged() {
        byte[] all = new byte[256];
        for (int i = 0; i < all.length; i++) {
            all[i] = (byte) i;
        }
        List<byte[][]> asked = new ArrayList<>();
        ScriptCalls calls = command -> {
            asked.add(command);
            return Reply.bulk(all);
        };
        byte[][] none = {};
        try {
            Script script = Script.compile(Scripts.text("return redis.call('set',ARGV[1],ARGV[1]..ARGV[1])"));
            Reply.Bulk answer = (Reply.Bulk) script.run(none, new byte[][] {all}, calls, ScriptLimits.DEFAULT);
            assertArrayEquals(all, answer.bytes());
        } catch (ScriptRefused refused) {
            throw new AssertionError(refused);
        }
        assertArrayEquals(all, asked.get(0)[1]);
        assertArrayEquals(all, Arrays.copyOfRange(asked.get(0)[2], 256, 512));
    }

    @Test
    void whatIsDeepFitsTheStackWhereCallsAreDeep() {
        String text = "local function f(n) if n>0 then local ok,v=pcall(f,n-1) return v end "
                + "return #cjson.encode(cjson.decode(('['):rep(999)..'1'..(']'):rep(999))) end return f(90)";
        assertEquals(":1999\r\n", Scripts.run(text));
    }

    @Test
    void aStopEndsARun() {
        int[] asked = {0};
        ScriptLimits limits = new ScriptLimits(Long.MAX_VALUE, 1 << 20, () -> ++asked[0] > 10);
        assertTrue(Scripts.run("while true do pcall(error) end", new FakeStore(), limits)
                .startsWith("-ERR script was stopped script: "));
    }

    @Test
    void instructionsAreTheSameInEachRun() {
        String text = "local t={} for i=1,50 do t['k'..i]=i end local s='' for k,v in pairs(t) do s=s..k end "
                + "return {s, tostring(t), collectgarbage('count')*1024, math.random(1e6)}";
        assertEquals(Scripts.run(text), Scripts.run(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "string.leak=1",
                "leak=1",
                "rawset(_G,'leak',1)",
                "getmetatable('').__index=nil",
                "setmetatable(_G,nil)",
                "rawset(redis,'call',nil)",
                "table.insert(string,1)",
                "table.sort(cjson)",
                "getmetatable(_G).__index=nil",
                "table.remove(math)",
                "setmetatable(string,{__index=function() return 1 end})",
                "redis.call=nil"
            })
    void sharedTablesAreNotWritten(String text) {
        Scripts.run(text);
        String probe = "return {type(string.rep), tostring(rawget(_G,'leak')), tostring(string.leak), type(redis.call),"
                + " type(getmetatable('').__index), type(math.floor), #string, tostring(pcall(function() return"
                + " leak end))}";
        assertEquals(
                "*8\r\n"
                        + "$8\r\n"
                        + "function\r\n"
                        + "$3\r\n"
                        + "nil\r\n"
                        + "$3\r\n"
                        + "nil\r\n"
                        + "$8\r\n"
                        + "function\r\n"
                        + "$5\r\n"
                        + "table\r\n"
                        + "$8\r\n"
                        + "function\r\n"
                        + ":0\r\n"
                        + "$5\r\n"
                        + "false\r\n",
                Scripts.run(probe));
    }

    @Test
    void settingsOfLibrariesEndWithTheRun() {
        Scripts.run("cjson.encode_max_depth(5) cjson.encode_sparse_array(true) cjson.encode_number_precision(3)"
                + " math.randomseed(5)");
        assertEquals(
                "*3\r\n:1000\r\n:14\r\n:397\r\n",
                Scripts.run("return {cjson.encode_max_depth(), cjson.encode_number_precision(), math.random(1000)}"));
    }

    @Test
    void logLinesReachTheHost() {
        FakeStore store = new FakeStore();
        Scripts.run("redis.log(redis.LOG_WARNING,'a',1,'b')", store, ScriptLimits.DEFAULT);
        assertEquals(List.of("3 a 1 b"), store.logged);
    }

    @Test
    void flagsOfTheFirstLineAreRead() throws ScriptRefused {
        ScriptFlags flags = Script.compile(Scripts.text("#!lua flags=no-writes,allow-stale¶return 1"))
                .flags();
        assertTrue(flags.isDeclared());
        assertEquals(java.util.Set.of(ScriptFlags.Flag.NO_WRITES, ScriptFlags.Flag.ALLOW_STALE), flags.flags());
    }
}
