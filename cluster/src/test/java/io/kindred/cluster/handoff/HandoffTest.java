package io.kindred.cluster.handoff;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kindred.cluster.message.HandoffMessage;
import io.kindred.cluster.message.Message;
import io.kindred.cluster.message.Message.Verdict;
import io.kindred.cluster.message.Outcome;
import io.kindred.cluster.message.Record;
import io.kindred.cluster.quorum.Clocks;
import io.kindred.cluster.quorum.Latencies;
import io.kindred.cluster.quorum.LocalReplica;
import io.kindred.cluster.quorum.Origin;
import io.kindred.cluster.quorum.Outbox;
import io.kindred.cluster.quorum.Request;
import io.kindred.cluster.quorum.Requests;
import io.kindred.cluster.quorum.Router;
import io.kindred.cluster.ring.Md5Partitioner;
import io.kindred.cluster.ring.Placement;
import io.kindred.cluster.ring.RecordKey;
import io.kindred.cluster.version.Actor;
import io.kindred.cluster.version.Dot;
import io.kindred.cluster.version.HybridClock;
import io.kindred.cluster.version.Sibling;
import io.kindred.cluster.version.VersionVector;
import io.kindred.cluster.version.Versions;
import io.kindred.cluster.version.VersionsCodec;
import io.kindred.cluster.wire.Frames;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** A node that holds hints for another, which takes what fits on the wire. */
class HandoffTest {
    private static final long SELF = 1;
    private static final long AWAY = 2;
    private static final long SECOND_NANOS = 1_000_000_000L;

    private final Holder holder = new Holder();
    private final OwedRanges owed = new OwedRanges();
    private final HintLedger ledger = new HintLedger(1L << 40, List.of());
    private final HandoffCounters counters = new HandoffCounters();
    private final Hints hints = new Hints(holder, ledger, owed, (range, told) -> {}, counters, key -> false);
    private final LostHints lost = new LostHints(owed, ledger, counters, holder);
    private final Clocks clocks = new Clocks(new HybridClock(500));
    private final Requests requests = new Requests(0, SECOND_NANOS);
    private final Receiver receiver = new Receiver();
    private final HandoffCore handoff = new HandoffCore(
            new HandoffCore.Network(receiver, requests, clocks, router(), new Latencies(SECOND_NANOS)),
            new HandoffCore.Store(ledger, hints, holder, lost, counters),
            line -> {});
    private long now = SECOND_NANOS;

    private static Router router() {
        return (Router) Proxy.newProxyInstance(
                Router.class.getClassLoader(),
                new Class<?>[] {Router.class},
                (proxy, method, args) -> switch (method.getName()) {
                    case "heirOf" -> args[0];
                    case "self" -> SELF;
                    case "everywhere" -> new long[] {SELF, AWAY};
                    case "datacenterOfNode" -> 0L;
                    case "nameOf" -> "n" + args[0];
                    case "isInRing" -> true;
                    default -> false;
                });
    }

    /** What the receiver has of each key; it answers in the order in which it was asked. */
    private final class Receiver implements Outbox {
        final TreeMap<RecordKey, Versions> has = new TreeMap<>();
        final ArrayDeque<HandoffMessage.HandOver> asked = new ArrayDeque<>();
        /** Batches that it refuses. */
        final TreeSet<Integer> refuses = new TreeSet<>();

        private int batches;

        @Override
        public void send(long to, Message message) {
            Frames.Carried carried = Frames.carry(message);
            if (carried != null) {
                asked.add((HandoffMessage.HandOver) carried.message());
            }
        }

        @Override
        public void reply(Origin origin, Outcome outcome) {
            throw new AssertionError("nobody asks for a handoff");
        }

        Versions of(String name) {
            return has.getOrDefault(key(name), Versions.EMPTY);
        }

        void answerAll() {
            while (!asked.isEmpty()) {
                HandoffMessage.HandOver batch = asked.remove();
                boolean refused = refuses.contains(batches++);
                List<Integer> places = new ArrayList<>();
                for (int i = 0; i < batch.records().size(); i++) {
                    if (refused) {
                        places.add(i);
                    } else {
                        Record each = batch.records().get(i);
                        has.merge(each.key(), each.versions(), Versions::join);
                    }
                }
                Request session = requests.find(batch.requestId());
                Verdict verdict = refused ? Verdict.FULL : Verdict.OK;
                if (session != null) {
                    session.onAnswer(AWAY, new HandoffMessage.HandOverAck(batch.requestId(), verdict, places, 1 << 20));
                }
            }
        }
    }

    /** Records in memory, durable at once. */
    private static final class Holder implements LocalReplica, HintRange, LostHints.Disk {
        final TreeMap<RecordKey, Versions> records = new TreeMap<>();
        /** Cannot be read. */
        final TreeSet<RecordKey> damaged = new TreeSet<>();

        final List<OwedRanges.Range> remembered = new ArrayList<>();
        /** What the disk says to a write. */
        Verdict writes = Verdict.OK;
        /** What the disk says to a debt. */
        Verdict disk = Verdict.OK;

        @Override
        public List<Integer> partitionsOf(long intended) {
            return List.of(3, 5);
        }

        @Override
        public void owe(OwedRanges.Range range, Consumer<Verdict> told) {
            remembered.add(range);
            told.accept(disk);
        }

        @Override
        public void giveUp(long intended, Consumer<Verdict> told) {
            records.keySet().removeAll(damaged);
            damaged.clear();
            told.accept(Verdict.OK);
        }

        @Override
        public void read(RecordKey storageKey, ReadStep step) {
            step.loaded(Verdict.OK, records.getOrDefault(storageKey, Versions.EMPTY));
        }

        @Override
        public void write(RecordKey storageKey, WriteStep step) {
            Versions next = step.next(records.getOrDefault(storageKey, Versions.EMPTY));
            if (next != null && writes == Verdict.OK) {
                records.put(storageKey, next);
            }
            step.done(next == null ? Verdict.OK : writes);
        }

        @Override
        public void writeAll(List<RecordKey> keys, JointStep step) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void dropIf(RecordKey storageKey, Versions seen, Dropped done) {
            boolean same = seen.equals(records.getOrDefault(storageKey, Versions.EMPTY));
            if (same) {
                records.remove(storageKey);
            }
            done.done(Verdict.OK, same);
        }

        @Override
        public void read(byte[] from, byte[] to, int limit, Consumer<Page> done) {
            List<RecordKey> keys = new ArrayList<>();
            List<byte[]> values = new ArrayList<>();
            records.forEach((key, versions) -> {
                boolean isBehind = Arrays.compareUnsigned(key.bytes(), from) >= 0;
                if (isBehind && Arrays.compareUnsigned(key.bytes(), to) < 0) {
                    keys.add(key);
                    values.add(VersionsCodec.encode(versions));
                }
            });
            done.accept(new Page(keys, values, null, damaged.isEmpty() ? Verdict.OK : Verdict.DAMAGED));
        }

        @Override
        public Dot nextDot(RecordKey storageKey, VersionVector held, VersionVector context) {
            throw new AssertionError("a handoff gives no dots");
        }

        @Override
        public Dot lendDot(RecordKey storageKey, VersionVector held, VersionVector context) {
            throw new AssertionError("a handoff gives no dots");
        }

        @Override
        public Dot lendDotAsStandIn(RecordKey storageKey, VersionVector held, VersionVector context) {
            throw new AssertionError("a handoff gives no dots");
        }

        @Override
        public long reapMark(RecordKey storageKey) {
            return 0;
        }
    }

    private void hint(String name, int siblings, int valueBytes) {
        byte[] value = new byte[valueBytes];
        for (int i = 1; i <= siblings; i++) {
            Sibling sibling = new Sibling(new Dot(new Actor(9, 1), i), i, Sibling.NEVER, value);
            hints.store(AWAY, key(name), Versions.delta(VersionVector.EMPTY, sibling), (verdict, uncovered) -> {});
        }
    }

    private static RecordKey key(String name) {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        Placement place = new Md5Partitioner().place(bytes, 16);
        return RecordKey.head(place.partition(), 0, place.hash(), bytes);
    }

    private void runForSeconds(int seconds) {
        for (long end = now + seconds * SECOND_NANOS; now < end; now += SECOND_NANOS / 10) {
            clocks.advance(now, 0);
            requests.onTick(now);
            handoff.onTick();
            receiver.answerAll();
        }
    }

    @Test
    void aHintThatIsLargerThanAMessageKeepsNothingBack() {
        for (int i = 0; i < 20; i++) {
            hint("small" + i, 1, 10);
        }
        hint("huge", 6, 12 << 20);
        runForSeconds(3);
        assertEquals(0, ledger.hints());
        assertEquals(0, ledger.bytes());
        assertEquals(21, receiver.has.size());
        assertEquals(6, receiver.of("huge").valueCount());
        assertEquals(21, counters.delivered);
        assertEquals(1, counters.inParts);
    }

    /** Each part of it is a batch of its own. */
    @Test
    void aHintIsKeptUntilAllOfItsPartsAreThere() {
        hint("huge", 6, 12 << 20);
        receiver.refuses.add(2);
        clocks.advance(now, 0);
        handoff.onTick();
        receiver.answerAll();
        assertEquals(2, receiver.of("huge").valueCount());
        assertEquals(1, ledger.hints());
        runForSeconds(3);
        assertEquals(6, receiver.of("huge").valueCount());
        assertEquals(0, ledger.hints());
    }

    @Test
    void exchangesAreOwedInPlaceOfHintsThatCannotBeRead() {
        hint("readable", 1, 10);
        hint("rotten", 1, 10);
        holder.damaged.add(key("rotten").hint(AWAY));
        runForSeconds(5);
        assertEquals(List.of(new OwedRanges.Range(AWAY, 3), new OwedRanges.Range(AWAY, 5)), owed.all());
        assertEquals(owed.all(), holder.remembered);
        assertEquals(1, receiver.of("readable").valueCount());
        assertEquals(0, ledger.hints(), "what is lost is not counted for ever");
        assertEquals(0, ledger.bytes());
        assertEquals(1, counters.lost);
    }

    /** Nothing that is counted is held for that node: it would not be come by. */
    @Test
    void aHintThatCannotBeJoinedIsReplaced() {
        handoff.onUnreadable(key("rotten").hint(AWAY));
        handoff.onUnreadable(key("rotten too").hint(AWAY));
        assertEquals(2, owed.all().size());
        assertEquals(owed.all(), holder.remembered, "and only once");
        assertEquals(1, counters.lost);
    }

    @Test
    void hintsAreNotGivenUpBeforeTheDebtIsDurable() {
        hint("rotten", 1, 10);
        holder.damaged.add(key("rotten").hint(AWAY));
        holder.disk = Verdict.FULL;
        runForSeconds(5);
        assertEquals(1, holder.damaged.size());
        assertEquals(1, ledger.hints());
        assertEquals(0, owed.size(), "what the disk does not know of is owed by whoever can write it");
        holder.disk = Verdict.OK;
        runForSeconds(20);
        assertEquals(0, holder.damaged.size());
        assertEquals(0, ledger.hints());
    }

    /** A steady small outage: there is always something held, and never for long. */
    @Test
    void theOldestDebtIsThatOfWhatIsStillHeld() {
        long minute = HybridClock.ofMillis(60_000);
        hintAt("h0", minute);
        for (int i = 1; i <= 100; i++) {
            hintAt("h" + i, (i + 1) * minute);
            RecordKey before = key("h" + (i - 1)).hint(AWAY);
            hints.delivered(before, Objects.requireNonNull(holder.records.get(before)));
            long late = (i + 1) * minute - ledger.oldestStamp();
            assertTrue(late >= 0 && late <= HybridClock.ofMillis(1_100), "off by " + HybridClock.millis(late) + " ms");
        }
        assertEquals(1, ledger.hints());
        runForSeconds(3);
        assertEquals(Long.MAX_VALUE, ledger.oldestStamp());
    }

    @Test
    void aHintThatIsOverwrittenIsAsOldAsWhatItHas() {
        hintAt("a", HybridClock.ofMillis(10_000));
        Sibling newer =
                new Sibling(new Dot(new Actor(9, 1), 2), HybridClock.ofMillis(90_000), Sibling.NEVER, new byte[1]);
        VersionVector seen = VersionVector.EMPTY.with(new Dot(new Actor(9, 1), 1), HybridClock.ofMillis(10_000));
        hints.store(AWAY, key("a"), Versions.delta(seen, newer), (verdict, uncovered) -> {});
        assertTrue(ledger.oldestStamp() >= HybridClock.ofMillis(88_000));
        assertTrue(ledger.oldestStamp() <= HybridClock.ofMillis(90_000));
    }

    /** The engine undoes all that is not durable when one write fails: so does the ledger. */
    @Test
    void whatTheDiskTookBackIsNotOwed() {
        hintAt("a", HybridClock.ofMillis(50_000));
        holder.writes = Verdict.FULL;
        hintAt("b", HybridClock.ofMillis(10_000));
        holder.writes = Verdict.OK;
        assertEquals(1, ledger.hints());
        assertTrue(ledger.oldestStamp() >= HybridClock.ofMillis(48_000));
    }

    private void hintAt(String name, long stamp) {
        Sibling sibling = new Sibling(new Dot(new Actor(9, 1), 1), stamp, Sibling.NEVER, new byte[1]);
        hints.store(AWAY, key(name), Versions.delta(VersionVector.EMPTY, sibling), (verdict, uncovered) -> {});
    }
}
