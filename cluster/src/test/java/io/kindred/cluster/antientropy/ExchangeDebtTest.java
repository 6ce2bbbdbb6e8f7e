package io.kindred.cluster.antientropy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kindred.cluster.handoff.OwedRanges;
import io.kindred.cluster.message.ExchangeMessage;
import io.kindred.cluster.message.Message;
import io.kindred.cluster.message.Message.Verdict;
import io.kindred.cluster.ring.RecordKey;
import io.kindred.cluster.version.Versions;
import io.kindred.cluster.version.VersionsCodec;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is owed, and what cannot be read, is made good by exchanges. */
class ExchangeDebtTest extends ExchangedReplicas {
    @Test
    void aDebtIsPaidByAnExchangeThatBeganAfterIt() {
        TwoReplicas two = new TwoReplicas();
        two.left.begin(false);
        two.right.begin(false);
        OwedRanges.Range range = new OwedRanges.Range(2, 7);
        two.left.owed.add(range);
        two.exchange();
        assertEquals(0, two.left.owed.size());
        two.left.exchange.repair(repaired -> {});
        two.left.owed.add(range);
        two.deliverAll();
        assertEquals(1, two.left.owed.size());
    }

    /** One that is no replica itself asks a replica again and again, while the session takes its time. */
    @Test
    void whoAsksForAnExchangeAgainIsAnsweredOnce() {
        TwoReplicas two = new TwoReplicas();
        two.left.begin(false);
        two.right.begin(false);
        for (int id = 1; id <= 100; id++) {
            two.left.exchange.onExchangeAsked(3, new ExchangeMessage.ExchangeAsked(id, 7, 2));
            two.left.exchange.onExchangeAsked(3, new ExchangeMessage.ExchangeAsked(1, 8, 2));
        }
        two.deliverAll();
        // The first session began with the first question; all others were about debts that it may not have paid.
        assertEquals(
                List.of(
                        new ExchangeMessage.ExchangeDone(1, Verdict.OK),
                        new ExchangeMessage.ExchangeDone(100, Verdict.OK),
                        new ExchangeMessage.ExchangeDone(1, Verdict.OK)),
                two.toOthers);
    }

    @Test
    void aQuestionThatIsPutAgainWhileItsSessionIsUnderWayBeginsNone() {
        TwoReplicas two = new TwoReplicas();
        two.left.begin(false);
        two.right.begin(false);
        ExchangeMessage.ExchangeAsked question = new ExchangeMessage.ExchangeAsked(5, 7, 2);
        two.left.exchange.onExchangeAsked(3, question);
        two.left.exchange.onExchangeAsked(3, question);
        two.deliverAll();
        assertEquals(List.of(new ExchangeMessage.ExchangeDone(5, Verdict.OK)), two.toOthers);
        assertEquals(1, two.left.counters.rounds);
    }

    @Test
    void aDebtIsPaidByASessionOfAnotherNodeHoweverLongItTakes() {
        List<Message> sent = new ArrayList<>();
        TestReplica owing = new TestReplica(3, (from, to, message) -> sent.add(message));
        owing.owed.add(new OwedRanges.Range(2, 7));
        for (int second = 1; second <= 600; second++) {
            owing.tick(second * SECOND_NANOS);
        }
        ExchangeMessage.ExchangeAsked question = (ExchangeMessage.ExchangeAsked) sent.get(0);
        assertTrue(sent.size() < 200, () -> "asked " + sent.size() + " times");
        sent.forEach(each -> assertEquals(question, each));
        owing.request(question.requestId())
                .onAnswer(1, new ExchangeMessage.ExchangeDone(question.requestId(), Verdict.OK));
        assertEquals(0, owing.owed.size());
    }

    @Test
    void whatCannotBeReadIsBroughtAndOnlyThenGivenUp() {
        TwoReplicas two = new TwoReplicas();
        two.left.begin(false);
        two.right.begin(false);
        RecordKey both = two.key(0, "{a}both");
        RecordKey readable = two.key(0, "{a}readable");
        RecordKey alone = two.key(0, "{a}alone");
        Versions good = TwoReplicas.write(Versions.EMPTY, 1, 5, "good");
        for (RecordKey key : List.of(both, readable)) {
            two.left.put(key, good);
            two.right.put(key, good);
        }
        two.left.put(alone, good);
        int partition = both.partition();
        two.left.damaged = partition;
        for (RecordKey key : List.of(both, alone)) {
            two.left.records.remove(key.bytes());
            two.left.lost.add(key);
        }
        two.left.exchange.doubt(partition, true);
        assertEquals(TestReplica.PARTITIONS - 1, two.exchange().partitions(), "it takes no part in others");
        two.deliverAll();
        assertEquals(partition, two.left.damaged, "there is a key to be replaced");
        for (int second = 1; second <= 4; second++) {
            two.left.clocks.advance(second * SECOND_NANOS, 0);
            two.left.exchange.onTick();
            two.deliverAll();
        }
        assertEquals(-1, two.left.damaged);
        assertEquals(1, two.left.counters.lossesAccepted);
        two.left.build();
        assertEquals(0, two.exchange().keysTaken());
        assertEqualRecords(two);
        assertEquals(good, two.left.held(both));
        assertEquals(good, two.left.held(readable));
    }

    @Test
    void nothingIsGivenUpWhileTheOtherReplicaDoesNotAnswer() {
        TwoReplicas two = new TwoReplicas();
        two.left.begin(false);
        two.right.begin(false);
        int partition = two.key(0, "k").partition();
        two.left.damaged = partition;
        two.right.unreadable = true;
        two.left.exchange.doubt(partition, true);
        for (int second = 1; second <= 4; second++) {
            two.deliverAll();
            two.left.clocks.advance(second * SECOND_NANOS, 0);
            two.left.exchange.onTick();
        }
        assertEquals(partition, two.left.damaged);
        two.right.unreadable = false;
        two.deliverAll();
        for (int second = 5; second <= 7; second++) {
            two.left.clocks.advance(second * SECOND_NANOS, 0);
            two.left.exchange.onTick();
            two.deliverAll();
        }
        assertEquals(-1, two.left.damaged);
    }

    @Test
    void aScrubFindsWhatHasRotted() {
        TwoReplicas two = new TwoReplicas();
        two.left.begin(false);
        two.right.begin(false);
        RecordKey key = two.key(0, "k");
        Versions good = TwoReplicas.write(Versions.EMPTY, 1, 5, "good");
        two.left.put(key, good);
        two.right.put(key, good);
        byte[] rotten = VersionsCodec.encode(good).clone();
        rotten[rotten.length - 1] ^= 1;
        assertNotEquals(good, VersionsCodec.decode(rotten));
        two.left.records.put(key.bytes(), rotten);
        long now = 0;
        while (two.left.counters.scrubbed < TestReplica.PARTITIONS) {
            two.left.clocks.advance(now += SECOND_NANOS, 0);
            two.left.scrubber.onTick();
        }
        assertEquals(1, two.left.counters.scrubMismatches);
        assertEquals(List.of(key.partition()), two.left.doubted);
        two.left.exchange.doubt(key.partition(), false);
        two.deliverAll();
        assertEquals(good, two.left.held(key), "whichever of the two would win a merge");
        assertEquals(good, two.right.held(key));
        assertEquals(1, two.left.counters.recordsMended);
    }
}
