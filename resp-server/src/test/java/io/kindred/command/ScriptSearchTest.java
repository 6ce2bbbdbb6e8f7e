package io.kindred.command;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.kindred.cluster.message.Reply;
import io.kindred.script.Script;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Scripts that only other nodes know, whose answers come late. */
class ScriptSearchTest {
    private static final byte[] TEXT =
            "return redis.call('SET', KEYS[1], 'scripted')".getBytes(StandardCharsets.US_ASCII);
    private static final String NAME = Script.sha1(TEXT);

    private final TestNode node = new TestNode(InstantSource.system());

    ScriptSearchTest() {
        node.keys.alone = false;
    }

    private List<Reply> send(Session session, String words) {
        List<Reply> replies = new ArrayList<>();
        node.dispatcher.run(session, TestNode.bytes(List.of(words.split(" "))), replies::add);
        return replies;
    }

    @Test
    void whatAClientWatchesIsLookedAtThoughItHasGone() {
        node.line("SET k before");
        node.line("WATCH k");
        node.line("MULTI");
        node.line("EVALSHA " + NAME + " 1 k");
        List<Reply> replies = send(node.session, "EXEC");
        node.session.transaction().reset();
        send(TestSessions.open(), "SET k changed");
        node.cluster.searches.get(0).done(List.of(TEXT));
        assertEquals(List.of(Reply.NIL_ARRAY), replies);
        assertEquals("$7\r\nchanged\r\n", node.line("GET k"));
    }

    @Test
    void whoeverWantsOneThatIsAskedForWaitsForThatAnswer() {
        List<Reply> replies = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            String words = i % 2 == 0 ? "EVALSHA " + NAME + " 1 k" + i : "SCRIPT EXISTS " + NAME;
            node.dispatcher.run(TestSessions.open(), TestNode.bytes(List.of(words.split(" "))), replies::add);
        }
        assertEquals(1, node.cluster.searches.size());
        assertEquals(0, replies.size());
        node.cluster.searches.get(0).done(List.of(TEXT));
        assertEquals(100, replies.size());
        assertEquals("$8\r\nscripted\r\n", node.line("GET k98"));
    }

    @Test
    void textsAreWeighedWhereTheyTakeThePlaceOfNames() {
        byte[] text = ("return 1 --" + "-".repeat(1_000_000)).getBytes(StandardCharsets.US_ASCII);
        node.run(TestNode.bytes(List.of("SCRIPT", "LOAD", new String(text, StandardCharsets.US_ASCII))));
        node.line("MULTI");
        for (int i = 0; i < 70; i++) {
            node.line("EVALSHA " + Script.sha1(text) + " 1 k");
        }
        assertEquals("-OOM what a transaction sends", node.line("EXEC").substring(0, 29));
    }
}
