package io.kindred.cluster.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kindred.cluster.message.Operation;
import io.kindred.cluster.message.Operation.KeyName;
import io.kindred.cluster.message.Outcome;
import io.kindred.cluster.message.QuorumSpec;
import io.kindred.cluster.message.Reply;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Updates of several keys that read, change or answer more than nodes can say to each other in one message. */
class GroupLimitsTest {
    private static final long SECOND_NANOS = 1_000_000_000L;
    private static final int LARGE_BYTES = 12 << 20;

    private final SimCluster cluster = SimCluster.calm(1, 5, false);
    private final SimNode first = cluster.replicasOf(key(0)).get(0);
    private final SimNode other = cluster.network.nodes().stream()
            .filter(node -> !cluster.replicasOf(key(0)).contains(node))
            .findFirst()
            .orElseThrow();

    private static String key(int number) {
        return "{t}" + number;
    }

    private static List<String> keys(int count) {
        return IntStream.range(0, count).mapToObj(GroupLimitsTest::key).toList();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private Outcome ask(SimNode node, List<String> args, List<String> named) {
        List<Outcome> answers = new ArrayList<>();
        Operation group = new Operation.GroupUpdate(
                named.stream().map(name -> new KeyName(0, bytes(name))).toList(),
                args.stream().map(GroupLimitsTest::bytes).toArray(byte[][]::new));
        node.request(group, QuorumSpec.DEFAULT, answers::add);
        cluster.runFor(2 * SECOND_NANOS);
        assertEquals(1, answers.size());
        return answers.get(0);
    }

    private Outcome fill(SimNode node, int bytes, int from, int to) {
        List<String> named = keys(to).subList(from, to);
        List<String> args = new ArrayList<>(List.of("FILL", Integer.toString(bytes)));
        args.addAll(named);
        return ask(node, args, named);
    }

    private static void assertRefused(String why, Outcome outcome) {
        Outcome.Refused refused = assertInstanceOf(Outcome.Refused.class, outcome, outcome.toString());
        assertTrue(refused.error().contains(why) && refused.error().endsWith("nothing was applied"), refused.error());
    }

    /** What one message does not carry would reach the other replicas in parts, or not at all. */
    @Test
    void whatDoesNotFitIntoOneMessageIsNotStored() {
        for (SimNode node : List.of(first, other)) {
            assertRefused("changes, or answers, is more than", fill(node, LARGE_BYTES, 0, 6));
            assertEquals(
                    0,
                    cluster.network.nodes().stream().filter(this::hasFirstKey).count());
        }
        assertInstanceOf(Outcome.Updated.class, fill(other, LARGE_BYTES, 0, 5));
    }

    private boolean hasFirstKey(SimNode node) {
        return node.storage.look(cluster.storageKey(key(0)).bytes()) != null;
    }

    @Test
    void whatIsReadIsBounded() {
        assertInstanceOf(Outcome.Updated.class, fill(first, LARGE_BYTES, 0, 3));
        assertInstanceOf(Outcome.Updated.class, fill(first, LARGE_BYTES, 3, 6));
        for (SimNode node : List.of(first, other)) {
            List<String> show = List.of("SHOW", "1", key(0));
            assertRefused("the values of the keys", ask(node, show, keys(6)));
            assertInstanceOf(Outcome.Updated.class, ask(node, show, keys(5)));
        }
    }

    @Test
    void whatIsAnsweredIsBounded() {
        assertInstanceOf(Outcome.Updated.class, fill(first, LARGE_BYTES, 0, 1));
        for (SimNode node : List.of(first, other)) {
            assertRefused("answers, is more than", ask(node, List.of("SHOW", "6", key(0)), keys(1)));
            assertInstanceOf(Outcome.Updated.class, ask(node, List.of("SHOW", "5", key(0)), keys(1)));
        }
    }

    @Test
    void aFunctionIsBegunAnewAHundredTimes() {
        assertEquals(new Outcome.Updated(Reply.integer(101)), walk(101));
        assertRefused("more than 100 keys that it does not name", walk(102));
    }

    private Outcome walk(int count) {
        List<String> args = new ArrayList<>(List.of("WALK"));
        args.addAll(keys(count));
        return ask(other, args, keys(1));
    }
}
