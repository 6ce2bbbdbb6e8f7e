package io.kindred.cluster.antientropy;

import io.kindred.cluster.handoff.OwedRanges;
import io.kindred.cluster.keyspace.PartitionMap;
import io.kindred.cluster.message.Guard;
import io.kindred.cluster.message.Message;
import io.kindred.cluster.message.Outcome;
import io.kindred.cluster.quorum.Clocks;
import io.kindred.cluster.quorum.FlushStamps;
import io.kindred.cluster.quorum.Latencies;
import io.kindred.cluster.quorum.LocalReplica;
import io.kindred.cluster.quorum.Origin;
import io.kindred.cluster.quorum.Outbox;
import io.kindred.cluster.quorum.Request;
import io.kindred.cluster.quorum.Requests;
import io.kindred.cluster.quorum.Route;
import io.kindred.cluster.quorum.Router;
import io.kindred.cluster.ring.Keyspace;
import io.kindred.cluster.ring.RecordKey;
import io.kindred.cluster.version.CorruptRecordException;
import io.kindred.cluster.version.Dot;
import io.kindred.cluster.version.HybridClock;
import io.kindred.cluster.version.Term;
import io.kindred.cluster.version.VersionVector;
import io.kindred.cluster.version.Versions;
import io.kindred.cluster.version.VersionsCodec;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One of two replicas of everything: records in memory, durable at once, and anti-entropy around them. */
final class TestReplica implements Outbox, Router, PartitionMap, LocalReplica, RecordRange, ExchangeCore.Repairs {
    static final int PARTITIONS = 1024;

    private final long id;
    private final long[] both;
    private boolean hasRecords;
    private final Sent sent;
    final TreeMap<byte[], byte[]> records = new TreeMap<>(Arrays::compareUnsigned);
    final FlushStamps flushStamps = new FlushStamps(16);
    final ReapMarks marks = new ReapMarks(PARTITIONS);
    final MerkleTrees trees;
    final ExchangeCounters counters = new ExchangeCounters();
    final OwedRanges owed = new OwedRanges();
    /** As far as this one knows, the other only gives away what it has. */
    boolean isAlone;
    /** It takes no more of what it has. */
    boolean isGivingAway;

    final List<String> notes = new ArrayList<>();
    final List<Integer> doubted = new ArrayList<>();
    final Clocks clocks = new Clocks(new HybridClock(500));
    final ExchangeCore exchange;
    final Scrubber scrubber;
    private final Requests requests = new Requests(0, 1_000_000_000L);
    /** Nothing can be read while this is set. */
    boolean unreadable;
    /** The partition that cannot be scanned; -1: none. */
    int damaged = -1;
    /** What was lost of it, and cannot be read. */
    final TreeSet<RecordKey> lost = new TreeSet<>();

    /** Where messages go. */
    interface Sent {
        void send(long from, long to, Message message);
    }

    TestReplica(long id, Sent sent) {
        this.id = id;
        this.both = new long[] {1, 2};
        this.sent = sent;
        Latencies latencies = new Latencies(250_000_000L);
        trees = new MerkleTrees(PARTITIONS, true, flushStamps, group -> 0);
        exchange = new ExchangeCore(
                new ExchangeNetwork(this, requests, clocks, this, this, latencies),
                new ExchangedData(trees, this, flushStamps, marks, this, this),
                new ExchangeCore.Debts(owed, range -> {}),
                counters,
                60_000_000_000L,
                notes::add);
        TreeBuilder builder = new TreeBuilder(
                new TreeBuilder.Work(trees, this, this),
                counters,
                notes::add,
                (partition, unreadable) -> doubted.add(partition));
        scrubber = new Scrubber(clocks, latencies, List.of(builder));
    }

    /** Lets time pass. */
    void tick(long nowNanos) {
        clocks.advance(nowNanos, 0);
        requests.onTick(nowNanos);
        exchange.onTick();
    }

    /** Builds what there is to build, and ends there. */
    void build() {
        long now = 0;
        while (trees.building() > 0) {
            clocks.advance(now += 1_000_000_000L, 0);
            scrubber.onTick();
        }
    }

    /** Stores a container in place of what is there. */
    void put(RecordKey key, Versions versions) {
        trees.changed(key, held(key), versions);
        if (versions.isEmpty()) {
            records.remove(key.bytes());
        } else {
            records.put(key.bytes(), VersionsCodec.encode(versions));
        }
    }

    @Override
    public void overwrite(RecordKey key, Versions versions, Consumer<Message.Verdict> done) {
        put(key, versions);
        lost.remove(key);
        done.accept(Message.Verdict.OK);
    }

    @Override
    public void acceptLoss(int partition, Consumer<Message.Verdict> done) {
        lost.clear();
        damaged = -1;
        done.accept(Message.Verdict.OK);
    }

    @Override
    public void found(RecordKey storageKey, CorruptRecordException damage) {}

    @Override
    public void lost(RecordKey storageKey) {}

    @Override
    public boolean isLost(RecordKey storageKey) {
        return false;
    }

    Versions held(RecordKey key) {
        byte[] record = records.get(key.bytes());
        return record == null ? Versions.EMPTY : VersionsCodec.decode(record);
    }

    Request request(long requestId) {
        Request request = requests.find(requestId);
        if (request == null) {
            throw new AssertionError("an answer that nobody waits for");
        }
        return request;
    }

    @Override
    public Route routeOf(RecordKey storageKey) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void redirect(long node, RecordKey storageKey) {}

    @Override
    public void compareRings(long node) {}

    @Override
    public boolean wasEverMember(long node) {
        return isMember(node);
    }

    @Override
    public boolean isOut(long node) {
        return false;
    }

    @Override
    public boolean holds(RecordKey storageKey) {
        return true;
    }

    @Override
    public boolean mayHaveRecords(int partition) {
        return hasRecords;
    }

    @Override
    public boolean keeps(int partition) {
        return true;
    }

    @Override
    public long[] serving(int partition) {
        return both;
    }

    // --- records ---

    @Override
    public void read(byte[] from, byte[] to, int limit, Consumer<Page> done) {
        List<RecordKey> keys = new ArrayList<>();
        List<byte[]> values = new ArrayList<>();
        byte[] next = null;
        for (var record : records.subMap(from, true, to, false).entrySet()) {
            RecordKey key = Objects.requireNonNull(RecordKey.parse(record.getKey()));
            if (keys.size() == limit) {
                next = key.bytes();
                break;
            }
            keys.add(key);
            values.add(record.getValue());
        }
        boolean fails = unreadable
                || (damaged >= 0
                        && Keyspace.group(damaged, 0) == ByteBuffer.wrap(from).getInt());
        done.accept(
                fails
                        ? new Page(List.of(), List.of(), null, Message.Verdict.DAMAGED)
                        : new Page(keys, values, next, Message.Verdict.OK));
    }

    @Override
    public void read(RecordKey storageKey, ReadStep step) {
        if (lost.contains(storageKey)) {
            step.loaded(Message.Verdict.DAMAGED, null);
            exchange.unreadable(storageKey, false);
            return;
        }
        step.loaded(Message.Verdict.OK, held(storageKey).withoutStampsUpTo(flushStamps.of(storageKey.db())));
    }

    @Override
    public void write(RecordKey storageKey, WriteStep step) {
        if (lost.contains(storageKey)) {
            step.done(Message.Verdict.DAMAGED);
            exchange.unreadable(storageKey, false);
            return;
        }
        Versions next = step.next(held(storageKey).withoutStampsUpTo(flushStamps.of(storageKey.db())));
        if (next != null) {
            put(storageKey, next);
        }
        step.done(Message.Verdict.OK);
    }

    @Override
    public void writeAll(List<RecordKey> keys, JointStep step) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long reapMark(RecordKey storageKey) {
        return marks.of(storageKey.partition());
    }

    @Override
    public Dot nextDot(RecordKey storageKey, VersionVector held, VersionVector context) {
        throw new AssertionError("an exchange gives no dots");
    }

    @Override
    public Dot lendDot(RecordKey storageKey, VersionVector held, VersionVector context) {
        throw new AssertionError("an exchange gives no dots");
    }

    @Override
    public Dot lendDotAsStandIn(RecordKey storageKey, VersionVector held, VersionVector context) {
        throw new AssertionError("an exchange gives no dots");
    }

    @Override
    public void dropIf(RecordKey storageKey, Versions seen, Dropped done) {
        throw new AssertionError("an exchange drops nothing");
    }

    // --- the cluster of two ---

    @Override
    public void send(long to, Message message) {
        sent.send(id, to, message);
    }

    @Override
    public void reply(Origin origin, Outcome outcome) {
        throw new AssertionError("an exchange replies to nobody");
    }

    @Override
    public int partitions() {
        return PARTITIONS;
    }

    @Override
    public long self() {
        return id;
    }

    @Override
    public long[] replicas(int partition) {
        return both;
    }

    @Override
    public Route route(int db, byte[] key) {
        throw new AssertionError("an exchange routes nothing");
    }

    @Override
    public long[] walk(RecordKey storageKey) {
        return both;
    }

    @Override
    public long[] replicasOf(RecordKey storageKey) {
        return both;
    }

    @Override
    public long heirOf(long node) {
        return node;
    }

    @Override
    public String zoneOf(long node) {
        return "";
    }

    @Override
    public boolean isInRing(RecordKey storageKey) {
        return storageKey.partition() < PARTITIONS && storageKey.db() < flushStamps.databases();
    }

    @Override
    public boolean isReplicaOf(int partition) {
        return true;
    }

    @Override
    public Guard guard(RecordKey storageKey, Term term) {
        throw new AssertionError("no update is run");
    }

    @Override
    public boolean isOld(Guard guard, RecordKey storageKey) {
        throw new AssertionError("no update is run");
    }

    @Override
    public boolean isReplicaOf(RecordKey storageKey) {
        return isInRing(storageKey) && !isGivingAway;
    }

    @Override
    public boolean avoids(long node) {
        return false;
    }

    @Override
    public boolean isFresh(long node) {
        return false;
    }

    @Override
    public boolean isGone(long node) {
        return false;
    }

    @Override
    public void late(long node) {}

    @Override
    public boolean isMember(long node) {
        return true;
    }

    @Override
    public void answered(long node) {}

    @Override
    public String nameOf(long node) {
        return "n" + node;
    }

    @Override
    public List<Long> liveNodes() {
        return List.of(1L, 2L);
    }

    /** The ring is there, and so are the records. */
    void begin(boolean hasRecords) {
        this.hasRecords = hasRecords;
        BitSet all = new BitSet();
        all.set(0, partitions());
        trees.own(this, all);
    }

    @Nullable
    MerkleTree tree(int partition, int lane) {
        return trees.tree(partition, lane);
    }

    @Override
    public long[] remotes() {
        return new long[0];
    }

    @Override
    public boolean isDatacenter(long node) {
        return false;
    }

    @Override
    public long datacenterOfNode(long node) {
        return 0;
    }

    @Override
    public long[] writersIn(long datacenter, RecordKey storageKey) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long[] walkIn(long datacenter, RecordKey storageKey) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long[] everywhere(RecordKey storageKey) {
        return both;
    }

    @Override
    public Route wide(Route local) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long[] everywhere(int partition) {
        return isAlone ? new long[] {id} : both;
    }

    @Override
    public long receiver(long intended, int partition) {
        return intended;
    }

    @Override
    public boolean hasPart(long intended, int partition) {
        return true;
    }

    @Override
    public long[] far(int partition) {
        return new long[0];
    }
}
