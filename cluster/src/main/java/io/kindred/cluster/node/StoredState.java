package io.kindred.cluster.node;

import io.kindred.cluster.antientropy.ReplayedTrees;
import io.kindred.cluster.core.NodeViews;
import io.kindred.cluster.core.Recovered;
import io.kindred.cluster.handoff.HintLedger;
import io.kindred.cluster.membership.Member;
import io.kindred.cluster.ring.Keyspace;
import io.kindred.cluster.ring.RecordKey;
import io.kindred.cluster.version.CorruptRecordException;
import io.kindred.cluster.version.VersionsCodec;
import io.kindred.cluster.wire.MembershipCodec;
import io.kindred.cluster.wire.MembershipCodec.Remembered;
import io.kindred.engine.EngineFailure;
import io.kindred.engine.ScanStep;
import io.kindred.engine.StorageEngine;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * What the engine holds of the node's last run, beside keys.
 *
 * @param trees what the log had of the trees
 * @param hints what is held for other nodes, in sum
 */
public record StoredState(
        Remembered remembered, List<Recovered.MetaRecord> meta, ReplayedTrees trees, List<HintLedger.Debt> hints) {

    private static final System.Logger LOG = System.getLogger(StoredState.class.getName());

    /** The record of {@link io.kindred.cluster.core.Effects#remember}, beside the core's own records. */
    private static final byte[] MEMBERSHIP_KEY = {Keyspace.META, 'M', 0, 0, 0, 0};

    /** The start that wrote the store last; and what its clean stop wrote: numbers, as the core's own records have them. */
    private static final byte[] START_KEY = {Keyspace.META, 'I', 0, 0, 0, 0};

    private static final byte[] REST_KEY = {Keyspace.META, 'I', 0, 0, 0, 1};

    private static final byte[] META_BEGIN = {Keyspace.META};
    private static final byte[] META_END = {Keyspace.META + 1};
    private static final byte[] HINTS_BEGIN = {Keyspace.HINT};
    private static final byte[] HINTS_END = {Keyspace.HINT + 1};
    private static final int SCAN_LIMIT = 1000;

    /**
     * Done on the engine's owner thread, where this is to be called. Fails with an IllegalStateException that says why.
     *
     * @param replayed what the engine's log had of the trees
     * @param datacenter this node's
     * @param partitions of the ring
     */
    public static CompletableFuture<StoredState> read(
            StorageEngine engine, ReplayedTrees replayed, String datacenter, int partitions) {
        if (engine.stats().recovery().corruptions() > 0) {
            replayed.distrust();
        }
        Reading reading = new Reading(engine, replayed, datacenter, partitions);
        reading.readMeta(META_BEGIN);
        return reading.result;
    }

    static void remember(StorageEngine engine, Remembered remembered) {
        engine.put(MEMBERSHIP_KEY.clone(), MembershipCodec.encode(remembered), 0);
    }

    /**
     * Stores a node's trees, and what says that this is all there is, in one commit with what was written last. To be called
     * on the loop between its end and the engine's close.
     *
     * @param rest of {@link DataDirectory#drawRest}
     * @return told, at the latest by the engine's close, whether that is in the store
     */
    public static CompletableFuture<Boolean> rest(StorageEngine engine, NodeViews views, long rest) {
        engine.put(REST_KEY.clone(), number(rest), 0);
        for (Recovered.MetaRecord record : views.treeRecords()) {
            engine.put(record.key(), record.value(), 0);
        }
        for (byte[] stale : views.staleTreeKeys()) {
            engine.delete(stale, 0);
        }
        CompletableFuture<Boolean> done = new CompletableFuture<>();
        engine.commit(failure -> {
            if (failure != null) {
                LOG.log(System.Logger.Level.WARNING, "the trees are not stored: " + failure.message());
            }
            done.complete(failure == null);
        });
        return done;
    }

    /**
     * The store is this start's from now on. On the engine's owner thread.
     *
     * @return told when it is acknowledged: false where the disk is full, and the store stays the start's that it was
     */
    public static CompletableFuture<Boolean> begin(StorageEngine engine, long start) {
        CompletableFuture<Boolean> done = new CompletableFuture<>();
        engine.put(START_KEY.clone(), number(start), 0);
        engine.commit(failure -> {
            if (failure == null || failure.kind() == EngineFailure.Kind.DISK_FULL) {
                done.complete(failure == null);
            } else {
                done.completeExceptionally(new IllegalStateException("the start cannot be stored: " + failure));
            }
        });
        return done;
    }

    private static byte[] number(long number) {
        return ByteBuffer.allocate(Long.BYTES).putLong(number).array();
    }

    private long number(byte[] key) {
        return meta.stream()
                .filter(record -> Arrays.equals(record.key(), key))
                .mapToLong(record -> ByteBuffer.wrap(record.value()).getLong())
                .findFirst()
                .orElse(0);
    }

    /** What the engine found, and what the store says of itself. */
    public DataDirectory.Opening opening(boolean clean, boolean corrupt) {
        return new DataDirectory.Opening(clean, corrupt, number(START_KEY), number(REST_KEY));
    }

    /** Whether the node knows a cluster to go back to, which then counts more than its seeds. */
    public boolean remembersCluster() {
        return remembered.hasRing();
    }

    /** @param self with this start's incarnation and generation */
    public Recovered recovered(Member self, DataDirectory.Start start) {
        Recovered.Past past = new Recovered.Past(
                start.cluster(), start.lives(), start.foundLess() || lacksRing(start), start.replaces());
        return new Recovered(
                self,
                remembered.members(),
                remembered.departures(),
                remembered.checkpoint(),
                remembered.records(),
                meta,
                hints,
                trees,
                past);
    }

    /** Whoever belongs to a cluster has a ring. */
    private boolean lacksRing(DataDirectory.Start start) {
        return start.cluster() != 0 && !remembersCluster();
    }

    private static final class Reading {
        private final StorageEngine engine;
        private final ReplayedTrees replayed;
        private final String datacenter;
        private final int partitions;
        private final CompletableFuture<StoredState> result = new CompletableFuture<>();
        private final List<Recovered.MetaRecord> meta = new ArrayList<>();
        private HintLedger hints = new HintLedger(0, List.of());
        private Remembered remembered = Remembered.NOTHING;
        /** What kept the hints from being read the last time. */
        private @Nullable EngineFailure lastGivenUp;

        Reading(StorageEngine engine, ReplayedTrees replayed, String datacenter, int partitions) {
            this.engine = engine;
            this.replayed = replayed;
            this.datacenter = datacenter;
            this.partitions = partitions;
        }

        void readMeta(byte[] from) {
            engine.scan(from, META_END, SCAN_LIMIT, (step, failure) -> {
                if (step == null) {
                    fail(failure);
                } else {
                    take(step);
                }
            });
        }

        private void take(ScanStep step) {
            for (ScanStep.Entry entry : step.entries()) {
                if (!Arrays.equals(entry.key(), MEMBERSHIP_KEY)) {
                    meta.add(new Recovered.MetaRecord(entry.key(), entry.value()));
                    continue;
                }
                try {
                    remembered = MembershipCodec.decode(entry.value());
                } catch (CorruptRecordException e) {
                    result.completeExceptionally(new IllegalStateException(e.getMessage(), e));
                    return;
                }
            }
            byte[] next = step.next();
            if (next != null) {
                readMeta(next);
            } else {
                countHints(HINTS_BEGIN);
            }
        }

        /** Costs as much as is held; what cannot be read is found again when it is handed over. */
        private void countHints(byte[] from) {
            engine.scan(from, HINTS_END, SCAN_LIMIT, (step, failure) -> {
                if (step == null) {
                    giveUpHints(Objects.requireNonNull(failure));
                    return;
                }
                for (ScanStep.Entry entry : step.entries()) {
                    count(entry);
                }
                byte[] next = step.next();
                if (next != null) {
                    countHints(next);
                } else {
                    result.complete(new StoredState(remembered, List.copyOf(meta), replayed, hints.debts()));
                }
            });
        }

        /**
         * Whoever may have been meant gets everything by exchanges; hints that can be read are handed over all the same. Where
         * several blocks are damaged each try finds the next one.
         */
        private void giveUpHints(EngineFailure failure) {
            // What can be read the next time is not given up.
            if (failure.kind() != EngineFailure.Kind.CORRUPT || failure.equals(lastGivenUp)) {
                fail(failure);
                return;
            }
            LOG.log(
                    System.Logger.Level.ERROR,
                    "what is held for other nodes cannot be read, and exchanges of everything are owed instead: {0}",
                    failure);
            boolean isFirst = lastGivenUp == null;
            lastGivenUp = failure;
            writeDebts(isFirst ? Recovered.owingAll(remembered.members(), datacenter, partitions) : List.of());
        }

        private void writeDebts(List<Recovered.MetaRecord> debts) {
            List<Recovered.MetaRecord> now = debts.subList(0, Math.min(SCAN_LIMIT, debts.size()));
            for (Recovered.MetaRecord record : now) {
                engine.put(record.key(), record.value(), 0);
            }
            meta.addAll(now);
            engine.commit(refused -> {
                if (refused != null) {
                    fail(refused);
                } else if (now.size() < debts.size()) {
                    writeDebts(debts.subList(now.size(), debts.size()));
                } else {
                    engine.acceptLoss(HINTS_BEGIN, HINTS_END, this::countAnew);
                }
            });
        }

        private void countAnew(@Nullable EngineFailure failure) {
            if (failure != null) {
                fail(failure);
                return;
            }
            hints = new HintLedger(0, List.of());
            countHints(HINTS_BEGIN);
        }

        private void count(ScanStep.Entry entry) {
            RecordKey key = RecordKey.parse(entry.key());
            if (key == null || !key.isHint()) {
                return;
            }
            try {
                HintLedger.Entry hint = HintLedger.Entry.of(key, VersionsCodec.decode(entry.value()));
                hints.add(key.intended(), hint);
            } catch (CorruptRecordException damage) {
                LOG.log(System.Logger.Level.WARNING, "a hint cannot be read: {0}", damage.getMessage());
            }
        }

        private void fail(@Nullable EngineFailure failure) {
            result.completeExceptionally(
                    new IllegalStateException("the node's own records cannot be read: " + failure));
        }
    }
}
