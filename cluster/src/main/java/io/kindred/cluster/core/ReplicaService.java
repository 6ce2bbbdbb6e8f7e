package io.kindred.cluster.core;

import io.kindred.cluster.handoff.HandoffCore;
import io.kindred.cluster.message.Guard;
import io.kindred.cluster.message.HandoffMessage;
import io.kindred.cluster.message.Message.Verdict;
import io.kindred.cluster.message.RequestMessage;
import io.kindred.cluster.message.SizeLimits;
import io.kindred.cluster.quorum.Clocks;
import io.kindred.cluster.quorum.Coordination;
import io.kindred.cluster.quorum.HintKeeper;
import io.kindred.cluster.quorum.LocalReplica;
import io.kindred.cluster.quorum.Router;
import io.kindred.cluster.quorum.SpreadCore;
import io.kindred.cluster.ring.RecordKey;
import io.kindred.cluster.version.Versions;
import io.kindred.cluster.version.VersionsCodec;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What this node does, as a replica, for other nodes' requests: reads, and takes what it has missed. {@link DeltaService} has the writes. */
final class ReplicaService {
    /** Past so many records that wait for the disk, others' hints come in small pieces. */
    private static final int PENDING_PERSISTS_EASY = 256;

    private static final int CREDIT_EASY_BYTES = 256 << 10;
    private static final int CREDIT_BUSY_BYTES = 16 << 10;

    private final Replica replica;
    private final Journal journal;
    private final HintKeeper hints;
    private final Router router;
    private final Clocks clocks;
    private final CoreOutput output;
    private final Coordination node;
    private final UpdateAdmission admission;

    ReplicaService(Replica replica, Journal journal, Coordination node, UpdateAdmission admission, CoreOutput output) {
        this.admission = admission;
        this.journal = journal;
        this.replica = replica;
        this.node = node;
        this.hints = node.hints();
        this.router = node.router();
        this.clocks = node.clocks();
        this.output = output;
    }

    void onReadRequest(long from, RequestMessage.ReadRequest request) {
        node.latencies().served();
        RecordKey key = request.storageKey();
        Guard guard = request.guard();
        LocalReplica.ReadStep answer = (verdict, versions) -> {
            boolean fits = versions == null || VersionsCodec.sizeBytes(versions) <= SizeLimits.READ_BYTES_MAX;
            Verdict own = request.asStandIn() ? verdict : admission.counted(verdict, guard, key);
            Verdict told = fits ? own : Verdict.TOO_MANY_SIBLINGS;
            output.send(from, new RequestMessage.ReadReply(request.requestId(), told, fits ? versions : null));
        };
        if (guard != null && !request.asStandIn() && router.holds(key)) {
            admission.admit(
                    from,
                    guard,
                    key,
                    refusal -> output.send(
                            from,
                            new RequestMessage.ReadReply(
                                    request.requestId(), refusal, null, admission.shown(refusal, key))),
                    () -> {
                        if (guard.holdsPlain()) {
                            node.plainHold().hold(key);
                        }
                        replica.read(key, answer);
                    });
            return;
        }
        if (request.asStandIn() && router.isInRing(key)) {
            hints.read(key, router.replicasOf(key), answer);
        } else if (!request.asStandIn() && router.holds(key)) {
            replica.read(key, answer);
        } else {
            if (router.isInRing(key)) {
                router.redirect(from, key);
            }
            answer.loaded(Verdict.NOT_MINE, null);
        }
    }

    /** Writes that this node has missed; acknowledged when all of them are durable. */
    void onHandOver(long from, HandoffMessage.HandOver request) {
        Batch batch = new Batch(from, request.requestId());
        for (int i = 0; i < request.records().size(); i++) {
            RecordKey key = request.records().get(i).key();
            batch.missing++;
            if (router.isReplicaOf(key)) {
                Versions missed = request.records().get(i).versions();
                clocks.keeps(missed);
                replica.write(key, new HandedOver(missed, batch, i));
            } else {
                batch.done(i, Verdict.NOT_MINE);
            }
        }
        batch.done();
    }

    /** Writes of another datacenter; acknowledged when W of their replicas here have them. */
    void onRelay(long from, HandoffMessage.Relay request) {
        if (request.records().size() > HandoffCore.BATCH_HINTS_MAX) {
            return;
        }
        Batch batch = new Batch(from, request.requestId());
        for (int i = 0; i < request.records().size(); i++) {
            RecordKey key = request.records().get(i).key();
            Versions written = request.records().get(i).versions();
            int place = i;
            batch.missing++;
            if (router.isInRing(key)) {
                clocks.keeps(written);
                SpreadCore.start(node, key, written, verdict -> batch.done(place, verdict));
            } else {
                batch.done(i, Verdict.NOT_MINE);
            }
        }
        batch.done();
    }

    private final class Batch {
        private final long from;
        private final long requestId;
        /** One more than the joins under way, until all of them have begun. */
        private int missing = 1;

        private Verdict worst = Verdict.OK;
        private final List<Integer> refused = new ArrayList<>();

        Batch(long from, long requestId) {
            this.from = from;
            this.requestId = requestId;
        }

        void done(int place, Verdict verdict) {
            if (verdict != Verdict.OK) {
                worst = verdict;
                refused.add(place);
            }
            done();
        }

        void done() {
            if (--missing == 0) {
                boolean busy = journal.unpersisted() > PENDING_PERSISTS_EASY;
                int credit = busy ? CREDIT_BUSY_BYTES : CREDIT_EASY_BYTES;
                output.send(from, new HandoffMessage.HandOverAck(requestId, worst, refused, credit));
            }
        }
    }

    private record HandedOver(Versions missed, Batch batch, int place) implements LocalReplica.WriteStep {
        @Override
        public @Nullable Versions next(Versions current) {
            Versions joined = current.join(missed);
            return joined.sameAs(current) ? null : joined;
        }

        @Override
        public boolean isBlind() {
            return true;
        }

        @Override
        public long weightBytes() {
            return VersionsCodec.sizeBytes(missed);
        }

        @Override
        public void done(Verdict verdict) {
            batch.done(place, verdict);
        }
    }
}
