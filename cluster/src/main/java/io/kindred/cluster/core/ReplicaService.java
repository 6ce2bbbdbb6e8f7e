package io.kindred.cluster.core;

import io.kindred.cluster.message.Message;
import io.kindred.cluster.message.Message.Verdict;
import io.kindred.cluster.quorum.Clocks;
import io.kindred.cluster.quorum.LocalReplica;
import io.kindred.cluster.quorum.Router;
import io.kindred.cluster.ring.StorageKey;
import io.kindred.cluster.version.Sibling;
import io.kindred.cluster.version.Versions;
import org.jspecify.annotations.Nullable;

/** What this node does, as a replica, for other nodes' requests. */
final class ReplicaService {
    private final LocalReplica replica;
    private final Router router;
    private final Clocks clocks;
    private final Outlet outlet;

    ReplicaService(LocalReplica replica, Router router, Clocks clocks, Outlet outlet) {
        this.replica = replica;
        this.router = router;
        this.clocks = clocks;
        this.outlet = outlet;
    }

    void onReadRequest(long from, Message.ReadRequest request) {
        if (!isMine(request.storageKey())) {
            outlet.send(from, new Message.ReadReply(request.requestId(), Verdict.NOT_MINE, null));
            return;
        }
        replica.read(
                request.storageKey(),
                (verdict, versions) ->
                        outlet.send(from, new Message.ReadReply(request.requestId(), verdict, versions)));
    }

    void onReplicate(long from, Message.Replicate request) {
        if (!isMine(request.storageKey())) {
            acknowledge(from, request, Verdict.NOT_MINE, null);
            return;
        }
        for (Sibling sibling : request.delta().siblings()) {
            clocks.observe(sibling.stamp());
        }
        replica.write(request.storageKey(), new Join(from, request));
    }

    private boolean isMine(byte[] storageKey) {
        return StorageKey.isValid(storageKey) && router.isReplicaOf(storageKey);
    }

    private void acknowledge(long to, Message.Replicate request, Verdict verdict, @Nullable Versions uncovered) {
        if (request.requestId() != 0) {
            outlet.send(to, new Message.ReplicateAck(request.requestId(), verdict, uncovered));
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
            uncovered = joined.valueCount() > request.delta().valueCount() ? joined : null;
            return joined.sameAs(current) ? null : joined;
        }

        @Override
        public void done(Verdict verdict) {
            acknowledge(from, request, verdict, verdict == Verdict.OK ? uncovered : null);
        }
    }
}
