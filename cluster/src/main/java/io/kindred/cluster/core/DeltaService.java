package io.kindred.cluster.core;

import io.kindred.cluster.message.Guard;
import io.kindred.cluster.message.Message.Verdict;
import io.kindred.cluster.message.Record;
import io.kindred.cluster.message.RequestMessage;
import io.kindred.cluster.quorum.Clocks;
import io.kindred.cluster.quorum.Coordination;
import io.kindred.cluster.quorum.HintKeeper;
import io.kindred.cluster.quorum.LocalReplica;
import io.kindred.cluster.quorum.Router;
import io.kindred.cluster.ring.RecordKey;
import io.kindred.cluster.version.Term;
import io.kindred.cluster.version.Versions;
import io.kindred.cluster.version.VersionsCodec;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Joins what other nodes have written into what this one has, as a replica or in place of one, and tells when that is durable. */
final class DeltaService {
    private final Replica replica;
    private final HintKeeper hints;
    private final Router router;
    private final Clocks clocks;
    private final CoreOutput output;
    private final Coordination node;
    private final UpdateAdmission admission;

    DeltaService(Replica replica, Coordination node, UpdateAdmission admission, CoreOutput output) {
        this.replica = replica;
        this.node = node;
        this.admission = admission;
        this.hints = node.hints();
        this.router = node.router();
        this.clocks = node.clocks();
        this.output = output;
    }

    void onDeltas(long from, RequestMessage.Deltas request) {
        node.latencies().served();
        RecordKey key = request.first().key();
        boolean asStandIn = request.intended() != 0;
        if (!(asStandIn ? mayStandIn(request.intended(), key) : router.isReplicaOf(key))) {
            refuse(from, request);
            return;
        }
        Guard guard = request.guard();
        if (guard != null && !asStandIn) {
            admission.admit(
                    from,
                    guard,
                    key,
                    refusal -> refuse(from, request, refusal, null),
                    () -> joinGuarded(from, request, guard));
            return;
        }
        request.records().forEach(each -> clocks.keeps(each.versions()));
        if (asStandIn) {
            holdForAnother(from, request);
        } else if (request.requestId() == 0
                || !request.isOne()
                || !node.plainHold().keepsBack(key, () -> join(from, request))) {
            join(from, request);
        }
    }

    /** It is not this node's any more. */
    void refuse(long from, RequestMessage.Deltas request) {
        acknowledge(from, request, Verdict.NOT_MINE, null);
    }

    private boolean mayStandIn(long intended, RecordKey key) {
        return router.isInRing(key) && intended != router.self() && router.isMember(intended);
    }

    private void join(long from, RequestMessage.Deltas request) {
        if (request.isOne()) {
            replica.write(request.first().key(), new Join(from, request));
        } else {
            replica.writeAll(keys(request), new JointJoin(from, request, null));
        }
    }

    private void joinGuarded(long from, RequestMessage.Deltas request, Guard guard) {
        if (request.isOne()) {
            replica.write(request.first().key(), new GuardedJoin(from, request, guard));
        } else {
            replica.writeAll(keys(request), new JointJoin(from, request, guard));
        }
        request.records().forEach(each -> node.plainHold().release(each.key()));
    }

    private static List<RecordKey> keys(RequestMessage.Deltas request) {
        return request.records().stream().map(Record::key).toList();
    }

    private static long weightBytes(RequestMessage.Deltas request) {
        long sum = 0;
        for (Record each : request.records()) {
            sum += VersionsCodec.sizeBytes(each.versions());
        }
        return sum;
    }

    /** Who does not know yet that this node has come to be a replica itself asks for a hint alone: readers look for it here. */
    private void holdForAnother(long from, RequestMessage.Deltas request) {
        Held held = new Held(from, request);
        for (Record each : request.records()) {
            hints.store(request.intended(), each.key(), each.versions(), held);
        }
    }

    /** A hint for each record. */
    private final class Held implements HintKeeper.Stored {
        private final long from;
        private final RequestMessage.Deltas request;
        private int missing;
        private Verdict worst = Verdict.OK;

        Held(long from, RequestMessage.Deltas request) {
            this.from = from;
            this.request = request;
            this.missing = request.records().size();
        }

        @Override
        public void done(Verdict verdict, @Nullable Versions uncovered) {
            worst = verdict == Verdict.OK ? worst : verdict;
            if (--missing > 0) {
                return;
            }
            if (worst == Verdict.OK && router.isReplicaOf(request.first().key())) {
                join(from, request);
            } else {
                acknowledge(from, request, worst, request.isOne() ? uncovered : null);
            }
        }
    }

    private void acknowledge(long to, RequestMessage.Deltas request, Verdict verdict, @Nullable Versions uncovered) {
        if (request.requestId() != 0 && verdict == Verdict.OK && uncovered == null) {
            output.acknowledge(to, request.requestId());
        } else if (request.requestId() != 0) {
            output.send(to, new RequestMessage.DeltasAck(request.requestId(), verdict, uncovered));
        }
    }

    private void refuse(long from, RequestMessage.Deltas request, Verdict refusal, @Nullable Versions uncovered) {
        Term shown = admission.shown(refusal, request.first().key());
        output.send(from, new RequestMessage.DeltasAck(request.requestId(), refusal, uncovered, shown));
    }

    /**
     * Why an update's delta is refused: a greater term is known by now, or something lives that it does not cover. What is
     * known here already, and superseded, is not news.
     */
    private Verdict refusal(Guard guard, RecordKey key, Versions current, Versions delta, boolean isKnown) {
        if (admission.isFar(guard)) {
            return Verdict.OK;
        }
        if (admission.isOutranked(guard, key.partition())) {
            return Verdict.OLD_TERM;
        }
        boolean isSuperseded = isKnown && delta.siblings().stream().noneMatch(each -> current.hasLive(each.dot()));
        return isSuperseded || delta.coversAll(current) ? Verdict.OK : Verdict.UNCOVERED;
    }

    /** An update's delta of one record. */
    private final class GuardedJoin implements LocalReplica.WriteStep {
        private final long from;
        private final RequestMessage.Deltas request;
        private final Guard guard;
        private Verdict refusal = Verdict.OK;
        private @Nullable Versions uncovered;

        GuardedJoin(long from, RequestMessage.Deltas request, Guard guard) {
            this.from = from;
            this.request = request;
            this.guard = guard;
        }

        @Override
        public @Nullable Versions next(Versions current) {
            Versions delta = request.first().versions();
            Versions joined = current.join(delta);
            boolean isKnown = joined.sameAs(current);
            refusal = refusal(guard, request.first().key(), current, delta, isKnown);
            if (refusal == Verdict.OK) {
                clocks.keeps(delta);
            } else if (refusal == Verdict.UNCOVERED) {
                uncovered = current.withoutValues();
            }
            return refusal != Verdict.OK || isKnown ? null : joined;
        }

        @Override
        public void done(Verdict verdict) {
            if (verdict != Verdict.OK || refusal == Verdict.OK) {
                RecordKey key = request.first().key();
                acknowledge(from, request, admission.counted(verdict, guard, key), null);
            } else {
                refuse(from, request, refusal, uncovered);
            }
        }
    }

    /** Several records, which are joined all or none. */
    private final class JointJoin implements LocalReplica.JointStep {
        private final long from;
        private final RequestMessage.Deltas request;
        /** Null: it is no update's. */
        private final @Nullable Guard guard;

        private Verdict refusal = Verdict.OK;

        JointJoin(long from, RequestMessage.Deltas request, @Nullable Guard guard) {
            this.from = from;
            this.request = request;
            this.guard = guard;
        }

        @Override
        public @Nullable List<@Nullable Versions> next(List<Versions> current) {
            List<@Nullable Versions> joined = new ArrayList<>(current.size());
            for (int i = 0; i < current.size(); i++) {
                Record record = request.records().get(i);
                Versions held = current.get(i);
                Versions next = held.join(record.versions());
                boolean isKnown = next.sameAs(held);
                Guard update = guard;
                if (update != null && refusal == Verdict.OK) {
                    refusal = refusal(update, record.key(), held, record.versions(), isKnown);
                }
                joined.add(isKnown ? null : next);
            }
            if (refusal != Verdict.OK) {
                return null;
            }
            request.records().forEach(each -> clocks.keeps(each.versions()));
            return joined;
        }

        @Override
        public long weightBytes() {
            return DeltaService.weightBytes(request);
        }

        @Override
        public void done(Verdict verdict) {
            if (verdict == Verdict.OK && refusal != Verdict.OK) {
                refuse(from, request, refusal, null);
            } else {
                RecordKey key = request.first().key();
                acknowledge(from, request, admission.counted(verdict, guard, key), null);
            }
        }
    }

    private final class Join implements LocalReplica.WriteStep {
        private final long from;
        private final RequestMessage.Deltas request;
        private @Nullable Versions uncovered;

        Join(long from, RequestMessage.Deltas request) {
            this.from = from;
            this.request = request;
        }

        @Override
        public @Nullable Versions next(Versions current) {
            Versions delta = request.first().versions();
            Versions joined = current.join(delta);
            uncovered = joined.valueCount() > delta.valueCount() ? joined.withoutValues() : null;
            return joined.sameAs(current) ? null : joined;
        }

        @Override
        public boolean isBlind() {
            return true;
        }

        @Override
        public long weightBytes() {
            return DeltaService.weightBytes(request);
        }

        @Override
        public void done(Verdict verdict) {
            boolean isOwn = request.intended() == 0;
            Verdict told =
                    isOwn ? admission.counted(verdict, null, request.first().key()) : verdict;
            acknowledge(from, request, told, verdict == Verdict.OK ? uncovered : null);
        }
    }
}
