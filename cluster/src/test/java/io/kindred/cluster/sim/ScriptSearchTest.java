package io.kindred.cluster.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kindred.cluster.core.ClusterAnswer;
import io.kindred.cluster.core.ClusterQuery;
import io.kindred.cluster.keyspace.ScriptCore;
import io.kindred.cluster.message.ScriptMessage;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Scripts that other nodes know, and that all are to forget. */
class ScriptSearchTest {
    private static final long MILLI_NANOS = 1_000_000L;
    private static final long SOON_NANOS = 100 * MILLI_NANOS;
    private static final long TIMEOUT_NANOS = 2_000 * MILLI_NANOS;

    private final SimCluster cluster = SimCluster.calm(1, 4, false);

    private List<ClusterAnswer> asked(int node, ClusterQuery query) {
        List<ClusterAnswer> answers = new ArrayList<>();
        cluster.node(node).ask(query, answers::add);
        return answers;
    }

    /** What a node gets to know within a time that is short against a request's. */
    private List<String> found(int node, String... names) {
        List<ClusterAnswer> answers = asked(node, new ClusterQuery.FindScripts(List.of(names)));
        cluster.runFor(SOON_NANOS);
        assertEquals(1, answers.size());
        return texts(answers);
    }

    private static List<String> texts(List<ClusterAnswer> answers) {
        return assertInstanceOf(ClusterAnswer.Scripts.class, answers.get(0)).texts().stream()
                .map(text -> new String(text, StandardCharsets.UTF_8))
                .toList();
    }

    private void learn(int node, String name) {
        cluster.node(node).scripts.learn(name, ("text of " + name).getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void whatOneNodeKnowsOthersFind() {
        learn(0, "a");
        learn(3, "b");
        learn(2, "b");
        assertEquals(List.of("text of a", "", "text of b"), found(1, "a", "nobody's", "b"));
        assertEquals(List.of("text of a"), found(2, "a"));
    }

    @Test
    void whoeverStartsAnewFindsThemAgain() {
        learn(0, "a");
        learn(1, "a");
        cluster.node(0).kill();
        cluster.node(0).start();
        cluster.runFor(10 * TIMEOUT_NANOS);
        assertEquals(List.of("text of a"), found(0, "a"));
    }

    @Test
    void nobodyWaitsForANodeThatIsDown() {
        learn(1, "a");
        cluster.node(3).kill();
        cluster.runFor(10 * TIMEOUT_NANOS);
        assertEquals(List.of("text of a", ""), found(0, "a", "nobody's"));
    }

    @Test
    void whatIsLostIsWaitedForAsLongAsARequestAndAskedAnew() {
        learn(1, "a");
        cluster.network.hold(message -> message instanceof ScriptMessage.ScriptReply);
        List<ClusterAnswer> answers = asked(0, new ClusterQuery.FindScripts(List.of("a")));
        cluster.runFor(SOON_NANOS);
        assertEquals(List.of(), answers);
        cluster.runFor(TIMEOUT_NANOS);
        assertEquals(List.of(""), texts(answers));
        cluster.network.release(0);
        assertEquals(List.of("text of a"), found(0, "a"));
    }

    @Test
    void aFlushHasAllForget() {
        learn(1, "a");
        learn(2, "b");
        List<ClusterAnswer> answers = asked(0, new ClusterQuery.FlushScripts());
        cluster.runFor(SOON_NANOS);
        assertEquals(List.of(new ClusterAnswer.Flushed()), answers);
        assertEquals(List.of("", ""), found(3, "a", "b"));
    }

    @Test
    void aFlushThatOneDidNotHearOfSaysSo() {
        learn(1, "a");
        cluster.network.hold(message -> message instanceof ScriptMessage.ScriptFlush);
        List<ClusterAnswer> answers = asked(0, new ClusterQuery.FlushScripts());
        cluster.runFor(TIMEOUT_NANOS);
        ClusterAnswer.Failed failed = assertInstanceOf(ClusterAnswer.Failed.class, answers.get(0));
        assertTrue(failed.error().startsWith("NOQUORUM "), failed.error());
    }

    @Test
    void aNodeTellsNoMoreThanOneMessageHolds() {
        byte[] half = new byte[ScriptCore.TEXT_BYTES_MAX / 2 + 1];
        SimScripts scripts = cluster.node(1).scripts;
        scripts.learn("a", half);
        scripts.learn("b", half);
        scripts.learn("c", new byte[ScriptCore.TEXT_BYTES_MAX + 1]);
        ScriptMessage.ScriptRequest request = new ScriptMessage.ScriptRequest(1, List.of("c", "a", "b"));
        List<Integer> lengths = ScriptCore.reply(request, scripts).texts().stream()
                .map(text -> text.length)
                .toList();
        assertEquals(List.of(0, half.length, 0), lengths);
    }
}
