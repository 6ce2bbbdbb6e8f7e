package io.kindred.cluster.core;

import io.kindred.cluster.handoff.HandoffCore;
import io.kindred.cluster.message.Guard;
import io.kindred.cluster.message.Message;
import io.kindred.cluster.message.Message.Verdict;
import io.kindred.cluster.message.SizeLimits;
import io.kindred.cluster.quorum.Clocks;
import io.kindred.cluster.quorum.Coordination;
import io.kindred.cluster.quorum.HintKeeper;
import io.kindred.cluster.quorum.LocalReplica;
import io.kindred.cluster.quorum.Router;
import io.kindred.cluster.quorum.SpreadCore;
import io.kindred.cluster.quorum.TermBook;
import io.kindred.cluster.ring.RecordKey;
import io.kindred.cluster.version.Sibling;
import io.kindred.cluster.version.Term;
import io.kindred.cluster.version.Versions;
import io.kindred.cluster.version.VersionsCodec;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What this node does, as a replica, for other nodes' requests. */
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

    ReplicaService(Replica replica, Journal journal, Coordination node, CoreOutput output) {
        this.journal = journal;
        this.replica = replica;
        this.node = node;
        this.hints = node.hints();
        this.router = node.router();
        this.clocks = node.clocks();
        this.output = output;
    }

    void onReadRequest(long from, Message.ReadRequest request) {
        node.latencies().served();
        RecordKey key = request.storageKey();
        Guard guard = request.guard();
        LocalReplica.ReadStep answer = (verdict, versions) -> {
            boolean fits = versions == null || VersionsCodec.sizeBytes(versions) <= SizeLimits.READ_BYTES_MAX;
            Verdict own = request.asStandIn() ? verdict : counted(verdict, guard, key);
            Verdict told = fits ? own : Verdict.TOO_MANY_SIBLINGS;
            output.send(from, new Message.ReadReply(request.requestId(), told, fits ? versions : null));
        };
        if (guard != null && !request.asStandIn() && router.holds(key)) {
            admit(
                    from,
                    guard,
                    key,
                    refusal -> output.send(
                            from, new Message.ReadReply(request.requestId(), refusal, null, shown(refusal, key))),
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

    void onReplicate(long from, Message.Replicate request) {
        node.latencies().served();
        RecordKey key = request.storageKey();
        boolean asStandIn = request.intended() != 0;
        if (!(asStandIn ? mayStandIn(request.intended(), key) : router.isReplicaOf(key))) {
            refuse(from, request);
            return;
        }
        Guard guard = request.guard();
        if (guard != null && !asStandIn) {
            admit(from, guard, key, refusal -> refuse(from, request, refusal, null), () -> {
                replica.write(key, new GuardedJoin(from, request, guard));
                node.plainHold().release(key);
            });
            return;
        }
        observe(request.delta());
        if (asStandIn) {
            holdForAnother(from, request);
        } else if (request.requestId() == 0
                || !node.plainHold().keepsBack(key, () -> replica.write(key, new Join(from, request)))) {
            replica.write(key, new Join(from, request));
        }
    }

    /** Who does not know yet that this node has come to be a replica itself asks for a hint alone: readers look for it here. */
    private void holdForAnother(long from, Message.Replicate request) {
        RecordKey key = request.storageKey();
        hints.store(request.intended(), key, request.delta(), (verdict, uncovered) -> {
            if (verdict == Verdict.OK && router.isReplicaOf(key)) {
                replica.write(key, new Join(from, request));
            } else {
                acknowledge(from, request, verdict, uncovered);
            }
        });
    }

    /**
     * Whether an update may read or write here: not from an older ring, and not under a lower term. A greater one is kept
     * first. Replicas of other datacenters have terms of their own.
     */
    private void admit(long from, Guard guard, RecordKey key, Consumer<Verdict> refused, Runnable admitted) {
        TermBook terms = node.terms();
        int partition = key.partition();
        if (guard.datacenter() != terms.datacenter()) {
            admitted.run();
        } else if (router.isOld(guard, key)) {
            router.redirect(from, key);
            refused.accept(Verdict.OLD_RING);
        } else {
            terms.keep(partition, guard.term(), kept -> {
                if (kept != Verdict.OK) {
                    refused.accept(kept);
                } else if (terms.kept(partition).isAbove(guard.term())) {
                    refused.accept(Verdict.OLD_TERM);
                } else {
                    admitted.run();
                }
            });
        }
    }

    /** What a replica that does not count as one of the key's own says of what it has done. */
    private Verdict counted(Verdict verdict, @Nullable Guard guard, RecordKey key) {
        boolean isFar = guard != null && guard.datacenter() != node.terms().datacenter();
        boolean asOwn = isFar || node.terms().counts(key.partition());
        return verdict != Verdict.OK || asOwn ? verdict : Verdict.UNCOUNTED;
    }

    private Term shown(Verdict refusal, RecordKey key) {
        return refusal == Verdict.OLD_TERM ? node.terms().kept(key.partition()) : Term.NONE;
    }

    private void refuse(long from, Message.Replicate request, Verdict refusal, @Nullable Versions uncovered) {
        output.send(
                from,
                new Message.ReplicateAck(
                        request.requestId(), refusal, uncovered, shown(refusal, request.storageKey())));
    }

    /**
     * An update's delta: refused where a greater term is known by now, or where something lives that it does not cover. What
     * is known here already, and superseded, is not news.
     */
    private final class GuardedJoin implements LocalReplica.WriteStep {
        private final long from;
        private final Message.Replicate request;
        private final Guard guard;
        private Verdict refusal = Verdict.OK;
        private @Nullable Versions uncovered;

        GuardedJoin(long from, Message.Replicate request, Guard guard) {
            this.from = from;
            this.request = request;
            this.guard = guard;
        }

        @Override
        public @Nullable Versions next(Versions current) {
            Versions delta = request.delta();
            Versions joined = current.join(delta);
            boolean isKnown = joined.sameAs(current);
            boolean isOurs = guard.datacenter() == node.terms().datacenter();
            boolean isSuperseded = isKnown && delta.siblings().stream().noneMatch(each -> current.hasLive(each.dot()));
            Term kept = node.terms().kept(request.storageKey().partition());
            if (isOurs && kept.isAbove(guard.term())) {
                refusal = Verdict.OLD_TERM;
            } else if (isOurs && !isSuperseded && !delta.coversAll(current)) {
                refusal = Verdict.UNCOVERED;
                uncovered = current.withoutValues();
            } else {
                observe(delta);
            }
            return refusal != Verdict.OK || isKnown ? null : joined;
        }

        @Override
        public void done(Verdict verdict) {
            if (verdict != Verdict.OK || refusal == Verdict.OK) {
                acknowledge(from, request, counted(verdict, guard, request.storageKey()), null);
            } else {
                refuse(from, request, refusal, uncovered);
            }
        }
    }

    void refuse(long from, Message.Replicate request) {
        acknowledge(from, request, Verdict.NOT_MINE, null);
    }

    private boolean mayStandIn(long intended, RecordKey key) {
        return router.isInRing(key) && intended != router.self() && router.isMember(intended);
    }

    private void observe(Versions versions) {
        for (Sibling sibling : versions.siblings()) {
            clocks.observe(sibling.stamp());
            clocks.written(sibling.stamp());
        }
    }

    /** Writes that this node has missed; acknowledged when all of them are durable. */
    void onHandOver(long from, Message.HandOver request) {
        Batch batch = new Batch(from, request.requestId());
        for (int i = 0; i < request.records().size(); i++) {
            RecordKey key = request.records().get(i).key();
            batch.missing++;
            if (router.isReplicaOf(key)) {
                Versions missed = request.records().get(i).versions();
                observe(missed);
                replica.write(key, new HandedOver(missed, batch, i));
            } else {
                batch.done(i, Verdict.NOT_MINE);
            }
        }
        batch.done();
    }

    /** Writes of another datacenter; acknowledged when W of their replicas here have them. */
    void onRelay(long from, Message.Relay request) {
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
                observe(written);
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
                output.send(from, new Message.HandOverAck(requestId, worst, refused, credit));
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

    private void acknowledge(long to, Message.Replicate request, Verdict verdict, @Nullable Versions uncovered) {
        if (request.requestId() != 0) {
            output.send(to, new Message.ReplicateAck(request.requestId(), verdict, uncovered));
        }
    }

    private final class Join implements LocalReplica.WriteStep {
        private final long from;
        private final Message.Replicate request;
        private @Nullable Versions uncovered;

        Join(long from, Message.Replicate request) {
            this.from = from;
            this.request = request;
        }

        @Override
        public @Nullable Versions next(Versions current) {
            Versions joined = current.join(request.delta());
            uncovered = joined.valueCount() > request.delta().valueCount() ? joined.withoutValues() : null;
            return joined.sameAs(current) ? null : joined;
        }

        @Override
        public boolean isBlind() {
            return true;
        }

        @Override
        public long weightBytes() {
            return VersionsCodec.sizeBytes(request.delta());
        }

        @Override
        public void done(Verdict verdict) {
            boolean isOwn = request.intended() == 0;
            Verdict told = isOwn ? counted(verdict, null, request.storageKey()) : verdict;
            acknowledge(from, request, told, verdict == Verdict.OK ? uncovered : null);
        }
    }
}
