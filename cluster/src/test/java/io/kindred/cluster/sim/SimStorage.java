package io.kindred.cluster.sim;

import io.kindred.cluster.antientropy.ReplayedTrees;
import io.kindred.cluster.core.Recovered;
import io.kindred.cluster.core.StoreFailure;
import io.kindred.cluster.handoff.HintLedger;
import io.kindred.cluster.node.ReplayedLog;
import io.kindred.cluster.ring.Keyspace;
import io.kindred.cluster.ring.RecordKey;
import io.kindred.cluster.version.Versions;
import io.kindred.cluster.version.VersionsCodec;
import io.kindred.engine.EngineFailure;
import io.kindred.engine.MemoryEngine;
import io.kindred.engine.StorageEngine;
import io.kindred.engine.SyncPolicy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * One node's disk: the engine for simulations, and what its faults did. It outlives the node's lives. Commits are held
 * until the simulated disk has got to them.
 */
final class SimStorage {
    private static final byte[] SENSELESS = {-1, 0, -1};
    /** The kind of node-local records that has the terms (docs/storage-format.md). */
    private static final byte TERM = 'U';

    private final MemoryEngine engine;
    private final SimRandom random;
    /** How often memory does not have what there is. */
    double missRate;
    /** Every key that was ever written here. */
    private final TreeSet<byte[]> keys = new TreeSet<>(Arrays::compareUnsigned);

    private boolean looking;

    SimStorage(SyncPolicy policy, SimSchedule schedule, SimRandom random, double missRate) {
        this.random = random;
        this.missRate = missRate;
        engine = new MemoryEngine(policy, task -> schedule.after(0, "engine", task));
        engine.holdCommits(true);
        engine.forget(key -> !looking && random.chance(this.missRate));
    }

    StorageEngine engine() {
        return engine;
    }

    void put(byte[] key, byte @Nullable [] value, int countDelta) {
        put(key, value, countDelta, 0);
    }

    void put(byte[] key, byte @Nullable [] value, int countDelta, long note) {
        keys.add(key);
        if (value == null) {
            engine.delete(key, countDelta, note);
        } else {
            engine.put(key, value, countDelta, note);
        }
    }

    /** The disk has got to all commits that were made so far. */
    void settle() {
        engine.holdCommits(false);
        engine.holdCommits(true);
    }

    void sync() {
        engine.sync();
    }

    void fail(@Nullable StoreFailure failure) {
        if (failure == null) {
            engine.failCommits(null);
            return;
        }
        EngineFailure.Kind kind = failure == StoreFailure.FULL ? EngineFailure.Kind.DISK_FULL : EngineFailure.Kind.IO;
        engine.failCommits(new EngineFailure(kind, "simulated"));
    }

    /** All that is acknowledged is in tables now, and not in the log. */
    void flush() {
        engine.flush();
    }

    /** What a start finds in the log of trees. */
    ReplayedTrees replayed() {
        ReplayedTrees trees = new ReplayedTrees(SimCluster.PARTITIONS, "md5", 1);
        engine.replay(new ReplayedLog(trees));
        return trees;
    }

    /** The process dies: what was committed is with the operating system. */
    void kill() {
        engine.failCommits(null);
        engine.restart();
    }

    /** A container that an earlier one, or none, has come back in place of. */
    record Reverted(RecordKey key, Versions before, Versions after) {}

    /** The machine dies: what was not synced is gone. */
    List<Reverted> powerLoss() {
        Map<RecordKey, Versions> before = containers();
        engine.dropUnsynced();
        return reverted(before, containers());
    }

    /** What is older, or not there any more. */
    static List<Reverted> reverted(Map<RecordKey, Versions> before, Map<RecordKey, Versions> after) {
        List<Reverted> reverted = new ArrayList<>();
        before.forEach((key, versions) -> {
            Versions now = after.getOrDefault(key, Versions.EMPTY);
            if (!now.sameAs(versions)) {
                reverted.add(new Reverted(key, versions, now));
            }
        });
        return reverted;
    }

    /** Everything that a disk has. */
    record Content(Map<byte[], byte[]> records) {
        static final Content NONE = new Content(Map.of());

        /** The records of partitions' terms. */
        Map<byte[], byte[]> terms() {
            Map<byte[], byte[]> terms = new TreeMap<>(Arrays::compareUnsigned);
            records.forEach((key, value) -> {
                if (key[0] == Keyspace.META && key[1] == TERM) {
                    terms.put(key, value);
                }
            });
            return terms;
        }
    }

    Content content() {
        Map<byte[], byte[]> records = new TreeMap<>(Arrays::compareUnsigned);
        for (byte[] key : keys) {
            byte[] value = look(key);
            if (value != null) {
                records.put(key, value);
            }
        }
        return new Content(records);
    }

    /** Puts that on a disk that has nothing yet, for good. */
    void fill(Content content) {
        content.records().forEach((key, value) -> {
            RecordKey record = RecordKey.parse(key);
            boolean isLive = record != null
                    && !record.isHint()
                    && !record.hasElement()
                    && VersionsCodec.decode(value).winner() != null;
            put(key, value, isLive ? 1 : 0);
        });
        engine.commit(failure -> {});
        settle();
        engine.restart();
        flush();
    }

    /** All that would be lost with the disk. */
    List<Reverted> loss() {
        List<Reverted> reverted = new ArrayList<>();
        containers().forEach((key, versions) -> reverted.add(new Reverted(key, versions, Versions.EMPTY)));
        return reverted;
    }

    byte @Nullable [] look(RecordKey key) {
        return look(key.bytes());
    }

    /** What is there of a key, whether or not memory would have it. */
    byte @Nullable [] look(byte[] key) {
        looking = true;
        byte[] value = engine.peek(key);
        looking = false;
        return value == StorageEngine.ABSENT ? null : value;
    }

    /** Whatever is there of these keys cannot be read any more, as far as it is in tables by now. */
    boolean damage(List<RecordKey> damaged) {
        boolean any = false;
        for (RecordKey key : damaged) {
            if (engine.damage(key.bytes())) {
                keys.add(key.bytes());
                any = true;
            }
        }
        return any;
    }

    long damagedKeys() {
        return engine.damagedKeys(new byte[0], new byte[0]);
    }

    /** What is there of keys and of hints. */
    Map<RecordKey, Versions> containers() {
        Map<RecordKey, Versions> found = new TreeMap<>();
        for (byte[] key : keys) {
            byte[] value = key[0] == Keyspace.META ? null : look(key);
            RecordKey record = RecordKey.parse(key);
            if (record != null && value != null && !isSenseless(value)) {
                found.put(record, VersionsCodec.decode(value));
            }
        }
        return found;
    }

    /** Puts bytes in place of a record that no codec makes sense of, durably. */
    void makeSenseless(RecordKey key) {
        put(key.bytes(), SENSELESS, 0);
        engine.commit(failure -> {});
        settle();
    }

    static boolean isSenseless(byte @Nullable [] value) {
        return Arrays.equals(value, SENSELESS);
    }

    List<HintLedger.Debt> hints() {
        HintLedger ledger = new HintLedger(0, List.of());
        containers().forEach((key, versions) -> {
            if (key.isHint()) {
                ledger.add(key.intended(), HintLedger.Entry.of(key, versions));
            }
        });
        return ledger.debts();
    }

    /** As the real shell: where hints cannot be read at the start, exchanges are owed instead. */
    void giveUpHints(List<Recovered.MetaRecord> debts) {
        byte[] from = {Keyspace.HINT};
        byte[] to = {Keyspace.HINT + 1};
        if (engine.damagedKeys(from, to) > 0) {
            debts.forEach(record -> put(record.key(), record.value(), 0));
            engine.commit(failure -> {});
            settle();
            engine.acceptLossNow(from, to);
        }
    }

    List<Recovered.MetaRecord> meta() {
        List<Recovered.MetaRecord> records = new ArrayList<>();
        for (byte[] key : keys) {
            byte[] value = key[0] == Keyspace.META ? look(key) : null;
            if (value != null) {
                records.add(new Recovered.MetaRecord(key, value));
            }
        }
        return records;
    }
}
