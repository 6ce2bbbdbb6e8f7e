package io.kindred.cluster.core;

import io.kindred.cluster.membership.MembershipView;
import io.kindred.cluster.message.Message.Verdict;
import io.kindred.cluster.message.SizeLimits;
import io.kindred.cluster.quorum.Coordination;
import io.kindred.cluster.quorum.Route;
import io.kindred.cluster.quorum.SpreadCore;
import io.kindred.cluster.ring.RecordKey;
import io.kindred.cluster.version.Actor;
import io.kindred.cluster.version.HybridClock;
import io.kindred.cluster.version.Sibling;
import io.kindred.cluster.version.SplitVersions;
import io.kindred.cluster.version.Versions;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Takes records of another cluster, from a backup, into this one: each is joined into what the key's replicas have, as a
 * write of another datacenter is, and acknowledged when W of them have it durably. It stays as it is: its dots are those of
 * actors that give no dots here, so that none of them can be given a second time.
 *
 * <p>So a record is refused that names a node of this cluster, whether it lives or not. Such a record is from this cluster's
 * past, and what the cluster has now may have dots of the same names; and a join would bring nothing of it back.
 */
final class RestoredRecords {
    private final Coordination node;
    private final MembershipView members;

    RestoredRecords(Coordination node, MembershipView members) {
        this.node = node;
        this.members = members;
    }

    void restore(ClusterQuery.Restore record, Consumer<ClusterAnswer> answer) {
        Route route = node.router().route(record.db(), record.key());
        String problem = problem(record, route);
        if (problem != null) {
            answer.accept(new ClusterAnswer.Failed(problem));
            return;
        }
        for (Sibling sibling : record.record().versions().siblings()) {
            node.clocks().observe(sibling.stamp());
            node.clocks().written(sibling.stamp());
        }
        RecordKey key = route.storageKey().withBehindKey(record.record().element());
        if (key == null) {
            throw new IllegalStateException("an element that was not decoded");
        }
        new Spread(key, SplitVersions.of(record.record().versions(), SizeLimits.PART_BYTES_MAX), answer).begin();
    }

    private @Nullable String problem(ClusterQuery.Restore record, Route route) {
        Versions versions = record.record().versions();
        if (!node.router().isInRing(route.storageKey())) {
            return "TRYAGAIN this node is not in the ring yet; nothing was applied";
        }
        for (Actor actor : versions.clock().actors()) {
            if (members.telling(actor.nodeId()) != null) {
                return "ERR the record names node " + Long.toHexString(actor.nodeId())
                        + ", which this cluster has or had:"
                        + " a backup is restored into a cluster of other nodes; nothing was applied";
            }
        }
        long flushed = node.flushStamps().of(record.db());
        if (flushed > 0 && versions.withoutStampsUpTo(flushed) != versions) {
            return "ERR database " + record.db()
                    + " of this cluster was flushed after the record was written, so that it"
                    + " would count as deleted; restore it into a cluster that was not flushed; nothing was applied";
        }
        long aheadMillis = node.clocks().aheadMillis(versions.newestStamp());
        if (aheadMillis > 0) {
            return "ERR the record was written " + aheadMillis + " ms after this node's time ("
                    + HybridClock.millis(versions.newestStamp())
                    + " ms since 1970); one of the clocks is wrong; nothing was applied";
        }
        return null;
    }

    private final class Spread {
        private final RecordKey key;
        private final List<Versions> parts;
        private final Consumer<ClusterAnswer> answer;
        private int missing;
        private Verdict worst = Verdict.OK;

        Spread(RecordKey key, List<Versions> parts, Consumer<ClusterAnswer> answer) {
            this.key = key;
            this.parts = parts;
            this.answer = answer;
            this.missing = parts.size();
        }

        void begin() {
            for (Versions part : parts) {
                SpreadCore.start(node, key, part, verdict -> done(part, verdict));
            }
        }

        private void done(Versions part, Verdict verdict) {
            if (verdict == Verdict.OK) {
                node.remotes().spread(key, part);
            } else {
                worst = verdict;
            }
            missing--;
            if (missing == 0) {
                answer.accept(answer());
            }
        }

        private ClusterAnswer answer() {
            return switch (worst) {
                case OK -> new ClusterAnswer.Restored();
                case FULL ->
                    new ClusterAnswer.Failed("MISCONF the disk of the coordinating node is full; make room and retry");
                case TOO_MANY_SIBLINGS ->
                    new ClusterAnswer.Failed(
                            "ERR the key would have more siblings than max-siblings, or than a message has room for");
                case UNREADABLE ->
                    new ClusterAnswer.Failed("UNREADABLE the record that this cluster has of the key is damaged");
                default ->
                    new ClusterAnswer.Failed(
                            "NOQUORUM too few replicas have taken the record; it may still take effect,"
                                    + " and may be sent again");
            };
        }
    }
}
