package io.kindred.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kindred.cluster.message.Operation;
import io.kindred.cluster.message.Outcome;
import io.kindred.cluster.message.OutcomeCallback;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** Gates, failures, and commands on several keys. */
final class DispatchTest {
    private final TestNode node = new TestNode(InstantSource.system());

    @Test
    void nothingRunsBeforeAuthentication() {
        node.session.user().reset(true);
        assertEquals("-NOAUTH Authentication required.\r\n", node.line("GET a"));
        assertTrue(node.keys.operations().isEmpty());
    }

    @Test
    void nothingRunsWhileLoading() {
        node.settings.loading = true;
        assertTrue(node.line("GET a").startsWith("-LOADING "));
        assertTrue(node.line("DBSIZE").startsWith("-LOADING "));
        assertFalse(node.line("INFO").startsWith("-LOADING "));
        assertTrue(node.keys.operations().isEmpty());
    }

    @Test
    void sessionLearnsTheCommandThatRuns() {
        node.line("config GET timeout");
        assertEquals("config|get", node.session.lastCommand().name());
    }

    @Test
    void plainSetIsABlindPutAndConditionalSetAnUpdate() {
        node.line("SET a 1");
        node.line("SET a 1 EX 100");
        node.line("SET a 1 NX");
        node.line("SET a 1 KEEPTTL");
        List<Operation> operations = node.keys.operations();
        assertNull(((Operation.Put) operations.get(0)).context());
        assertEquals(Operation.Put.class, operations.get(1).getClass());
        assertEquals(Operation.Update.class, operations.get(2).getClass());
        assertEquals(Operation.Update.class, operations.get(3).getClass());
    }

    @Test
    void updateFunctionsAreFoundInAnyCase() {
        assertSame(node.table.find(bytes("incr"), 2), node.table.find(bytes("InCR"), 2));
        assertTrue(node.table.find(bytes("set"), 3) != null && node.table.find(bytes("del"), 2) != null);
        assertNull(node.table.find(bytes("get"), 2));
        assertNull(node.table.find(bytes("nosuch"), 2));
        assertNull(node.table.find(bytes("set"), 1), "a peer may send anything");
    }

    @Test
    void failuresAreWordedByTheirOutcome() {
        node.keys.failNext(new Outcome.TryAgain("no replica is up"));
        assertEquals("-TRYAGAIN no replica is up\r\n", node.line("GET a"));
        node.keys.failNext(new Outcome.NoQuorum("got 1 of 2 write acknowledgements in 1000 ms"));
        assertEquals("-NOQUORUM got 1 of 2 write acknowledgements in 1000 ms\r\n", node.line("SET a 1"));
        node.keys.failNext(new Outcome.Refused("ERR too many siblings"));
        assertEquals("-ERR too many siblings\r\n", node.line("INCR a"));
    }

    @Test
    void severalKeysSayTryAgainOnlyIfNoneWasTouched() {
        node.keys.failNext(new Outcome.TryAgain("why"));
        assertEquals("-TRYAGAIN why\r\n", node.line("MSET a 1 b 2"));
        assertEquals("*2\r\n$-1\r\n$-1\r\n", node.line("MGET a b"));
        node.keys.failNext(null, new Outcome.TryAgain("why"));
        assertEquals(
                "-NOQUORUM 1 of 3 keys were not written, others were; the first error: TRYAGAIN why\r\n",
                node.line("MSET a 1 b 2 c 3"));
        assertEquals("*3\r\n$1\r\n1\r\n$-1\r\n$-1\r\n", node.line("MGET a b c"));
        node.keys.failNext(null, new Outcome.NoQuorum("what"));
        assertEquals("-NOQUORUM what\r\n", node.line("DEL a b"));
    }

    @Test
    void readsOfSeveralKeysTouchNothing() {
        node.keys.failNext(null, new Outcome.TryAgain("why"));
        assertEquals("-TRYAGAIN why\r\n", node.line("EXISTS a b"));
    }

    @Test
    void operationsUnderWayAreBounded() {
        Held held = new Held();
        byte[][] args = new byte[3001][1];
        args[0] = bytes("exists");
        held.run(args);
        int most = held.waiting.size();
        assertTrue(most < PlanRun.IN_FLIGHT_MAX, "it is not known yet how much they find");
        for (int i = 0; i < held.waiting.size(); i++) {
            held.waiting.get(i).done(new Outcome.Found(io.kindred.cluster.version.Versions.EMPTY));
            most = Math.max(most, held.waiting.size() - i - 1);
        }
        assertEquals(PlanRun.IN_FLIGHT_MAX, most);
        assertEquals(List.of(":0\r\n"), held.replies);
    }

    @Test
    void writesUnderWayAreAsManyAsTheirValuesAllow() {
        assertEquals(PlanRun.IN_FLIGHT_MAX, mostSetsUnderWay(10));
        int large = mostSetsUnderWay(1 << 20);
        assertTrue(large <= 64, large + " of 1 MB each");
    }

    private int mostSetsUnderWay(int valueBytes) {
        Held held = new Held();
        byte[] value = new byte[valueBytes];
        byte[][] args = new byte[8001][];
        args[0] = bytes("mset");
        for (int i = 1; i < args.length; i += 2) {
            args[i] = bytes("key" + i);
            args[i + 1] = value;
        }
        held.run(args);
        int most = held.waiting.size();
        for (int i = 0; i < held.waiting.size(); i++) {
            held.waiting.get(i).done(new Outcome.Written(io.kindred.cluster.version.VersionVector.EMPTY));
            most = Math.max(most, held.waiting.size() - i - 1);
        }
        assertEquals(List.of("+OK\r\n"), held.replies);
        return most;
    }

    /** The next ones wait until half of those under way are done: what is sent together is stored and acknowledged together. */
    @Test
    void operationsAreSentInBursts() {
        Held held = new Held();
        byte[][] args = new byte[3001][1];
        args[0] = bytes("exists");
        held.run(args);
        int bursts = 0;
        for (int i = 0; i < held.waiting.size(); i++) {
            int before = held.waiting.size();
            held.waiting.get(i).done(new Outcome.Found(io.kindred.cluster.version.Versions.EMPTY));
            bursts += held.waiting.size() > before ? 1 : 0;
        }
        assertTrue(bursts <= 20, bursts + " bursts");
        assertEquals(List.of(":0\r\n"), held.replies);
    }

    /** A node whose operations end when the test says so. */
    private final class Held {
        final List<OutcomeCallback> waiting = new ArrayList<>();
        final List<String> replies = new ArrayList<>();

        void run(byte[][] args) {
            ServerView server = new ServerView(
                    (operation, quorum, callback) -> waiting.add(callback),
                    node.cluster,
                    node.config,
                    node,
                    node.settings,
                    node.table,
                    InstantSource.system());
            new CommandDispatcher(server).run(node.session, args, reply -> replies.add(RespText.of(reply)));
        }
    }

    @Test
    void overtakenMsetnxSaysHowFarItCame() {
        KeyPort overtaking = (operation, quorum, callback) -> {
            if (operation instanceof Operation.Update update && update.key()[0] == 'a') {
                node.line("SET b other");
            }
            node.keys.execute(operation, quorum, callback);
        };
        List<String> replies = new ArrayList<>();
        ServerView server = new ServerView(
                overtaking, node.cluster, node.config, node, node.settings, node.table, InstantSource.system());
        byte[][] args = TestNode.bytes(List.of("MSETNX", "a", "1", "b", "2", "c", "3"));
        new CommandDispatcher(server).run(node.session, args, reply -> replies.add(RespText.of(reply)));
        assertEquals(
                List.of("-ERR MSETNX set 2 of 3 keys: the others were set meanwhile by another client\r\n"), replies);
    }

    /** What is watched is looked at again by what is written behind a command that works on all keys. */
    @Test
    void whatIsWatchedIsLookedAtWithWhatIsWritten() {
        int[] groups = {0};
        KeyPort racing = (operation, quorum, callback) -> {
            if (operation instanceof Operation.GroupUpdate && ++groups[0] == 2) {
                node.line("SET k other");
            }
            node.keys.execute(operation, quorum, callback);
        };
        ServerView server = new ServerView(
                racing, node.cluster, node.config, node, node.settings, node.table, InstantSource.system());
        List<String> replies = new ArrayList<>();
        CommandDispatcher dispatcher = new CommandDispatcher(server);
        for (String line : List.of("WATCH k", "MULTI", "DBSIZE", "SET k mine", "EXEC", "GET k")) {
            byte[][] args = TestNode.bytes(List.of(line.split(" ")));
            dispatcher.run(node.session, args, reply -> replies.add(RespText.of(reply)));
        }
        assertEquals(2, groups[0]);
        assertEquals(List.of("*-1\r\n", "$5\r\nother\r\n"), replies.subList(4, 6));
    }

    @Test
    void aStoppedScriptLeavesNothing() {
        node.settings.scriptInstructionsMax = 10_000;
        node.run(List.of("SET", "k", "before"));
        String half = "redis.call('set',KEYS[1],'half') while true do end";
        assertTrue(node.run(List.of("EVAL", half, "1", "k")).contains("script-max-instructions"));
        assertEquals("$6\r\nbefore\r\n", node.line("GET k"));
        assertEquals("+OK\r\n", node.line("MULTI"));
        node.line("SET k first");
        node.run(List.of("EVAL", half, "1", "k"));
        node.line("GET k");
        String replies = node.line("EXEC");
        assertTrue(replies.contains("script-max-instructions") && replies.endsWith("$5\r\nfirst\r\n"), replies);
    }

    /** All of them together have what one has. */
    @Test
    void theScriptsOfATransactionShareTheirInstructions() {
        node.settings.scriptInstructionsMax = 10_000;
        String most = "for i=1,1500 do local x = i end return 1";
        assertEquals(":1\r\n", node.run(List.of("EVAL", most, "1", "k")));
        node.line("MULTI");
        for (int i = 0; i < 5; i++) {
            node.run(List.of("EVAL", most, "1", "k"));
        }
        String replies = node.line("EXEC");
        assertTrue(replies.startsWith("*5\r\n:1\r\n") && replies.contains("script-max-instructions"), replies);
    }

    @Test
    void tooLongKeysAreRefusedWhereverOneIsNamed() {
        node.settings.keyBytesMax = 4;
        String error = "-ERR key exceeds maximum allowed size (max-key-bytes)\r\n";
        for (String line : List.of(
                "SET abcde 1",
                "GET abcde",
                "SETNX abcde 1",
                "SETEX abcde 10 1",
                "GETSET abcde 1",
                "GETDEL abcde",
                "GETEX abcde",
                "APPEND abcde 1",
                "SETRANGE abcde 0 1",
                "GETRANGE abcde 0 1",
                "STRLEN abcde",
                "INCR abcde",
                "INCRBYFLOAT abcde 1",
                "DEL a abcde",
                "UNLINK abcde",
                "EXISTS a abcde",
                "TOUCH a b abcde",
                "TYPE abcde",
                "MGET a abcde",
                "MSET a 1 abcde 1",
                "MSETNX a 1 abcde 1",
                "EXPIRE abcde 1",
                "PERSIST abcde",
                "TTL abcde",
                "OBJECT ENCODING abcde",
                "KIN.GET abcde",
                "KIN.PUT abcde \"\" 1",
                "KIN.DEL abcde \"\"",
                "KIN.CLOCK abcde",
                "KIN.REPLICAS abcde",
                "KIN.REPAIR abcde")) {
            assertEquals(error, node.line(line), line);
        }
        assertEquals("+OK\r\n", node.line("MSET abcd 12345 b 123456"));
        assertEquals("*1\r\n$4\r\nabcd\r\n", node.line("KEYS abcd*"));
    }

    @Test
    void refusedCommandsAreNotToldAsUnknown() {
        for (String name : List.of("FCALL", "fcall_ro", "FUNCTION")) {
            String reply = node.line(name + " a b");
            assertTrue(reply.startsWith("-ERR " + name.toUpperCase(Locale.ROOT) + " is not supported: "), reply);
        }
        assertTrue(node.line("HSET a b c").startsWith("-ERR unknown command 'HSET'"));
    }

    @Test
    void tooLongValuesAreRefused() {
        node.settings.valueBytesMax = 4;
        String error = "-ERR string exceeds maximum allowed size (max-value-bytes)\r\n";
        for (String line : List.of(
                "SET a 12345",
                "SET a 12345 NX",
                "SETNX a 12345",
                "SETEX a 10 12345",
                "GETSET a 12345",
                "MSET b 1 a 12345",
                "MSETNX b 1 a 12345",
                "SETRANGE a 4 1",
                "SETRANGE a 9223372036854775807 1",
                "KIN.PUT a \"\" 12345")) {
            assertEquals(error, node.line(line), line);
        }
        assertEquals("+OK\r\n", node.line("SET a 1234"));
        assertEquals(error, node.line("APPEND a 5"));
        assertEquals(":4\r\n", node.line("SETRANGE a 3 5"));
    }

    @Test
    void conflictPolicyErrorRefusesToChoose() {
        node.line("KIN.PUT a \"\" x");
        node.line("KIN.PUT a \"\" y");
        assertEquals("$1\r\ny\r\n", node.line("GET a"));
        node.settings.conflictIsError = true;
        String error =
                "-CONFLICT the key has 2 concurrent values; read them with KIN.GET and put one with KIN.PUT and its"
                        + " context\r\n";
        assertEquals(error, node.line("GET a"));
        assertEquals(error, node.line("MGET b a"));
        assertEquals(error, node.line("STRLEN a"));
        assertEquals(":1\r\n", node.line("EXISTS a"));
        assertEquals("+OK\r\n", node.line("SET a z"));
        assertEquals("$1\r\nz\r\n", node.line("GET a"));
    }

    @Test
    void shutdownGivesNoReply() {
        assertEquals("", node.line("SHUTDOWN"));
        assertEquals("", node.line("shutdown NOSAVE NOW"));
        assertEquals(List.of("shutdown save", "shutdown nosave"), node.calls);
    }

    @Test
    void infoGetsItsSectionsInLowerCase() {
        assertEquals("$27\r\n# Sections\r\nmemory,server\r\n\r\n", node.line("INFO Server MEMORY"));
    }

    @Test
    void configGoesToThePort() {
        assertEquals("*2\r\n$10\r\nmaxclients\r\n$5\r\n10000\r\n", node.line("CONFIG GET MAXCL*"));
        assertEquals("+OK\r\n", node.line("CONFIG SET maxclients 5 Timeout 7"));
        assertEquals(
                "*4\r\n$10\r\nmaxclients\r\n$1\r\n5\r\n$7\r\ntimeout\r\n$1\r\n7\r\n",
                node.line("CONFIG GET maxclients time*"));
        assertEquals(
                "-ERR CONFIG SET failed (possibly related to argument 'timeout') - duplicate parameter\r\n",
                node.line("CONFIG SET timeout 1 TIMEOUT 2"));
        assertEquals("+OK\r\n", node.line("CONFIG RESETSTAT"));
        assertEquals(1, node.config.resets());
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
