package io.kindred.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kindred.cluster.message.QuorumSpec;
import io.kindred.cluster.version.Versions;
import io.kindred.cluster.version.VersionsCodec;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;

final class KinCommandsTest {
    private long nowMillis = 1_700_000_000_000L;
    private final InstantSource clock = () -> java.time.Instant.ofEpochMilli(nowMillis);
    private final TestNode node = new TestNode(clock);

    /** The bulk string of a reply. */
    private static String bulk(String reply) {
        assertEquals('$', reply.charAt(0), reply);
        return reply.substring(reply.indexOf('\n') + 1, reply.length() - 2);
    }

    private static String bulks(String... words) {
        StringBuilder text = new StringBuilder("*" + words.length + "\r\n");
        for (String word : words) {
            text.append('$').append(word.length()).append("\r\n").append(word).append("\r\n");
        }
        return text.toString();
    }

    private String context(String key) {
        String reply = node.line("KIN.GET " + key);
        return reply.split("\r\n", -1)[2];
    }

    private String values(String key) {
        String reply = node.line("KIN.GET " + key);
        return reply.substring(reply.indexOf("\r\n*") + 2);
    }

    @Test
    void neverWrittenKeyHasNoContext() {
        assertEquals("*2\r\n$0\r\n\r\n*0\r\n", node.line("KIN.GET a"));
        assertEquals("*0\r\n", node.line("KIN.SIBLINGS a"));
        assertEquals("*0\r\n", node.line("KIN.CLOCK a"));
    }

    @Test
    void deletedKeyHasAContextAndNoValues() {
        node.line("SET a 1");
        node.line("DEL a");
        assertTrue(!context("a").isEmpty());
        assertEquals("*0\r\n", values("a"));
        assertEquals("$-1\r\n", node.line("GET a"));
    }

    @Test
    void textbookWalkEndsInOneMergedValue() {
        node.keys.actor(1, 0);
        String first = bulk(node.line("KIN.PUT a \"\" v1"));
        String second = bulk(node.line("KIN.PUT a " + first + " v2"));
        assertEquals("*2\r\n$2\r\nn1\r\n:2\r\n", node.line("KIN.CLOCK a"));
        node.keys.actor(2, 0);
        node.line("KIN.PUT a " + second + " v3");
        node.keys.actor(3, 0);
        node.line("KIN.PUT a " + second + " v4");
        assertEquals(bulks("v4", "v3"), values("a"));
        assertEquals("*6\r\n$2\r\nn1\r\n:2\r\n$2\r\nn2\r\n:1\r\n$2\r\nn3\r\n:1\r\n", node.line("KIN.CLOCK a"));
        assertEquals(
                "*2\r\n*5\r\n$2\r\nv4\r\n$4\r\nn3:1\r\n:1700000000000\r\n:-1\r\n$5\r\nvalue\r\n"
                        + "*5\r\n$2\r\nv3\r\n$4\r\nn2:1\r\n:1700000000000\r\n:-1\r\n$5\r\nvalue\r\n",
                node.line("KIN.SIBLINGS a"));
        node.keys.actor(1, 0);
        node.line("KIN.PUT a " + context("a") + " v5");
        assertEquals(bulks("v5"), values("a"));
        assertEquals("*6\r\n$2\r\nn1\r\n:3\r\n$2\r\nn2\r\n:1\r\n$2\r\nn3\r\n:1\r\n", node.line("KIN.CLOCK a"));
    }

    @Test
    void laterIncarnationsShowTheirNumber() {
        node.keys.actor(1, 1);
        node.line("SET a 1");
        assertEquals("*2\r\n$4\r\nn1#2\r\n:1\r\n", node.line("KIN.CLOCK a"));
    }

    @Test
    void deleteTakesWhatItsContextCoversAndLeavesTheRest() {
        String first = bulk(node.line("KIN.PUT a \"\" x"));
        node.line("KIN.PUT a \"\" y");
        node.line("KIN.DEL a " + first);
        assertEquals(bulks("y"), values("a"));
        assertEquals("$1\r\ny\r\n", node.line("GET a"));
        assertTrue(node.line("KIN.SIBLINGS a").contains("$9\r\ntombstone\r\n"));
        node.line("KIN.DEL a " + context("a"));
        assertEquals("*0\r\n", values("a"));
    }

    @Test
    void putsTakeExpiriesAndExpiredSiblingsAreNotLive() {
        node.line("KIN.PUT a \"\" x EX 10 W 2");
        node.line("KIN.PUT a \"\" y W 1 PXAT " + (nowMillis + 5000));
        assertEquals(
                List.of(2, 1), node.keys.quorums().stream().map(QuorumSpec::w).toList());
        assertEquals(bulks("y", "x"), values("a"));
        nowMillis += 6000;
        assertEquals(bulks("x"), values("a"));
        // The winner is chosen first: an expired one means that there is no such key.
        assertEquals("$-1\r\n", node.line("GET a"));
        assertTrue(node.line("KIN.SIBLINGS a").contains(":" + (nowMillis - 1000) + "\r\n"));
    }

    @Test
    void quorumsOfOneCommandDoNotStay() {
        node.line("KIN.GET a R 2");
        node.line("KIN.GET a");
        assertEquals(
                List.of(2, 0), node.keys.quorums().stream().map(QuorumSpec::r).toList());
    }

    @Test
    void contextsAreBoundToTheirKeyAndDatabase() {
        String context = bulk(node.line("KIN.PUT a \"\" x"));
        String other =
                "-ERR the context belongs to another key or database; read this key with KIN.GET for its own\r\n";
        assertEquals(other, node.line("KIN.PUT b " + context + " x"));
        assertEquals(other, node.line("KIN.DEL b " + context));
        node.session.identity().db(1);
        assertEquals(other, node.line("KIN.PUT a " + context + " x"));
        String malformed = "-ERR the context is malformed; pass what KIN.GET or KIN.PUT returned, unchanged\r\n";
        assertEquals(malformed, node.line("KIN.PUT a what? x"));
        assertEquals(malformed, node.line("KIN.PUT a " + context.substring(1) + " x"));
    }

    @Test
    void wrongOptionsAreRefused() {
        String syntax = "-ERR syntax error\r\n";
        for (String line : List.of(
                "KIN.GET a R",
                "KIN.GET a W 1",
                "KIN.GET a R 1 R 1",
                "KIN.PUT a \"\" x EX",
                "KIN.PUT a \"\" x FOO 1",
                "KIN.PUT a \"\" x EX 1 PX 1",
                "KIN.PUT a \"\" x R 1",
                "KIN.DEL a \"\" W",
                "KIN.DEL a \"\" EX 1",
                "KIN.QUORUM R",
                "KIN.QUORUM X 1",
                "KIN.RING 1 2",
                "KIN.REPAIR a b")) {
            assertEquals(syntax, node.line(line), line);
        }
        String bounds = "-ERR R must be from 1 to 3, the number of replicas (replication-n)\r\n";
        assertEquals(bounds, node.line("KIN.GET a R 4"));
        assertEquals(bounds, node.line("KIN.CLOCK a R 0"));
        assertEquals(bounds, node.line("KIN.SIBLINGS a R x"));
        assertEquals("-ERR invalid expire time in 'kin.put' command\r\n", node.line("KIN.PUT a \"\" x EX 0"));
        assertEquals("-ERR value is not an integer or out of range\r\n", node.line("KIN.PUT a \"\" x EX y"));
    }

    @Test
    void quorumIsTheConnections() {
        assertEquals(
                "*10\r\n$1\r\nR\r\n:0\r\n$1\r\nW\r\n:0\r\n$2\r\nPR\r\n:0\r\n$2\r\nPW\r\n:0\r\n$5\r\nSCOPE\r\n$5\r\nlocal\r\n",
                node.line("KIN.QUORUM"));
        assertEquals(
                "*10\r\n$1\r\nR\r\n:1\r\n$1\r\nW\r\n:3\r\n$2\r\nPR\r\n:0\r\n$2\r\nPW\r\n:2\r\n$5\r\nSCOPE\r\n$5\r\nlocal\r\n",
                node.line("KIN.QUORUM r 1 W 3 PW 2"));
        assertEquals(
                "-ERR W must be from 1 to 3, the number of replicas (replication-n)\r\n",
                node.line("KIN.QUORUM R 2 W 9"));
        node.line("GET a");
        assertEquals(new QuorumSpec(1, 3, 0, 2), node.keys.quorums().get(0));
        node.line("KIN.QUORUM DEFAULT R 2");
        assertEquals(new QuorumSpec(2, 0, 0, 0), node.session.quorum());
        assertEquals(
                "-ERR W must be from 1 to 6, the number of replicas (replication-n) in all datacenters\r\n",
                node.line("KIN.QUORUM SCOPE global W 7"));
        node.line("KIN.QUORUM SCOPE global W 5");
        assertEquals(new QuorumSpec(0, 5, 0, 0, true), node.session.quorum());
        node.line("KIN.QUORUM SCOPE local");
        assertEquals(QuorumSpec.DEFAULT, node.session.quorum());
        assertEquals("-ERR syntax error\r\n", node.line("KIN.QUORUM SCOPE here"));
    }

    @Test
    void ringAndMembersComeFromThePort() {
        assertEquals(
                "*2\r\n" + bulks("n1", "127.0.0.1:7001", "up", "primary")
                        + bulks("n2", "127.0.0.1:7002", "down", "fallback"),
                node.line("KIN.REPLICAS a"));
        assertTrue(node.line("KIN.MEMBERS")
                .startsWith("*2\r\n*16\r\n$4\r\nname\r\n$2\r\nn1\r\n$2\r\nid\r\n$16\r\n0000000000000001\r\n"));
        assertTrue(node.line("KIN.MEMBERS").contains("$16\r\nfffffffffffffffe\r\n"));
        assertTrue(node.line("KIN.RING full").startsWith("*2\r\n*3\r\n:0\r\n$32\r\n"));
        assertEquals(
                "*1\r\n*3\r\n:1\r\n$32\r\n8" + "0".repeat(31) + "\r\n" + bulks("n2", "n1"), node.line("KIN.RING 1"));
        assertEquals(
                "*6\r\n$10\r\npartitions\r\n:2\r\n$8\r\nreplicas\r\n:2\r\n$5\r\nnodes\r\n*2\r\n"
                        + "*6\r\n$4\r\nname\r\n$2\r\nn1\r\n$5\r\nfirst\r\n:1\r\n$8\r\nreplicas\r\n:2\r\n"
                        + "*6\r\n$4\r\nname\r\n$2\r\nn2\r\n$5\r\nfirst\r\n:1\r\n$8\r\nreplicas\r\n:2\r\n",
                node.line("KIN.RING"));
        assertEquals("-ERR there is no partition 2; see ring-partitions\r\n", node.line("KIN.RING 2"));
        assertEquals("-ERR value is not an integer or out of range\r\n", node.line("KIN.RING x"));
    }

    @Test
    void aPlanIsShownWithoutBeingCarriedOut() {
        assertEquals(
                "*6\r\n$5\r\nnodes\r\n*1\r\n*12\r\n$4\r\nname\r\n$2\r\nn9\r\n$17\r\npartitions_before\r\n:0\r\n"
                        + "$16\r\npartitions_after\r\n:3\r\n$13\r\ncopies_before\r\n:0\r\n$12\r\ncopies_after\r\n:2\r\n"
                        + "$15\r\ncopies_to_fetch\r\n:2\r\n$15\r\ncopies_to_fetch\r\n:2\r\n"
                        + "$21\r\ncopies_to_fetch_least\r\n:1\r\n",
                node.line("KIN.PLAN JOIN n9 3 z"));
        assertTrue(node.line("KIN.PLAN leave n1").contains("$2\r\nn1\r\n$17\r\npartitions_before\r\n:2\r\n"));
        assertEquals("-ERR a member is named n1 already\r\n", node.line("KIN.PLAN JOIN n1 1"));
        assertEquals("-ERR a weight is a finite number above 0\r\n", node.line("KIN.PLAN JOIN n9 -1"));
        assertEquals("-ERR no node of the ring is named n9\r\n", node.line("KIN.PLAN LEAVE n9"));
        assertEquals("-ERR syntax error\r\n", node.line("KIN.PLAN LEAVE n1 z"));
        assertEquals("-ERR syntax error\r\n", node.line("KIN.PLAN MOVE n1"));
    }

    @Test
    void changesGoToThePort() {
        assertEquals("+OK\r\n", node.line("KIN.LEAVE"));
        assertEquals("+OK\r\n", node.line("KIN.REPLACE n9"));
        assertEquals("-ERR no member is called 'n9'\r\n", node.line("KIN.FORGET n9"));
        assertEquals(":1\r\n", node.line("KIN.REPAIR"));
        assertEquals(":1\r\n", node.line("KIN.REPAIR a"));
        assertEquals(List.of("leave", "replace n9", "repair all", "repair a"), node.cluster.administered());
    }

    @Test
    void everyKinCommandIsInTheHelp() {
        String help = node.line("KIN.HELP").toLowerCase(java.util.Locale.ROOT);
        for (CommandSpec spec : node.table.specs()) {
            assertTrue(!spec.name().startsWith("kin.") || help.contains("+" + spec.name()), spec.name());
        }
    }

    @Test
    void aBackupIsAskedOfTheNode() {
        assertEquals("+OK\r\n", node.line("KIN.BACKUP daily"));
        assertEquals(List.of("backup daily"), node.calls);
        assertEquals("*2\r\n$5\r\nstate\r\n$4\r\nnone\r\n", node.line("KIN.BACKUP"));
        assertEquals("-ERR syntax error\r\n", node.line("KIN.BACKUP a b"));
    }

    @Test
    void aRecordThatIsDumpedAndRestoredIsTheSame() {
        node.line("SET k one");
        Versions k = node.keys.versions(0, "k".getBytes(StandardCharsets.UTF_8));
        byte[] record = VersionsCodec.encode(k);
        String shown =
                "*2\r\n$" + record.length + "\r\n" + new String(record, StandardCharsets.ISO_8859_1) + "\r\n$-1\r\n";
        assertEquals(shown, node.line("KIN.DUMP k none"));
        byte[] word = "KIN.RESTORE".getBytes(StandardCharsets.UTF_8);
        byte[] other = "other".getBytes(StandardCharsets.UTF_8);
        assertEquals(":1\r\n", node.run(word, other, record));
        assertEquals(k, node.keys.versions(0, other));
        assertTrue(node.run(word, other, new byte[] {1, 2}).startsWith("-ERR record 1 is none that KIN.DUMP returns"));
        assertTrue(node.line("KIN.RESTORE k v k").startsWith("-ERR wrong number of arguments"));
    }
}
