package io.kindred.cluster.core;

import io.kindred.cluster.keyspace.CountCore;
import io.kindred.cluster.keyspace.FlushCore;
import io.kindred.cluster.keyspace.Question;
import io.kindred.cluster.keyspace.ScanCore;
import io.kindred.cluster.keyspace.ScriptCore;
import io.kindred.cluster.pubsub.PubSubCore;
import io.kindred.cluster.quorum.CopiesCore;
import org.jspecify.annotations.Nullable;

/** Answers questions about, and commands to, the whole cluster. */
final class ClusterQueries {
    private final PartitionServer server;
    private final Question question;
    private final CoreOutput output;
    private final AntiEntropyPart antiEntropy;
    private final NodeViews views;
    private final RandomSource random;
    private final RingChanges changes;
    private final RestoredRecords restored;
    private final PubSubCore pubSub;

    ClusterQueries(Cluster cluster, PartitionServer server, NodeViews views) {
        this.server = server;
        this.question = server.question();
        this.output = server.data().context().output();
        this.antiEntropy = server.antiEntropy();
        this.views = views;
        this.random = server.data().context().random();
        this.pubSub = cluster.pubSub().core();
        this.changes = new RingChanges(cluster.membership());
        this.restored =
                new RestoredRecords(server.coordination(), cluster.membership().view());
    }

    void ask(long token, ClusterQuery query) {
        if (query instanceof ClusterQuery.CountKeys count) {
            CountCore.start(
                    question,
                    count.db(),
                    keys -> answer(token, keys == null ? tooFew("count") : new ClusterAnswer.Count(keys)));
        } else if (query instanceof ClusterQuery.ScanKeys scan) {
            ScanCore.start(question, scan.db(), scan.cursor(), scan.limit(), page -> answer(token, page(page)));
        } else if (query instanceof ClusterQuery.RandomKey randomKey) {
            RandomKeyWalk.start(question, views, random, randomKey.db(), page -> answer(token, page(page)));
        } else if (query instanceof ClusterQuery.Copies copies) {
            CopiesCore.start(
                    server.coordination(),
                    copies.db(),
                    copies.key(),
                    count -> answer(token, new ClusterAnswer.Copies(count)));
        } else if (query instanceof ClusterQuery.FlushKeys flush) {
            FlushCore.start(question, flush.db(), ended -> answer(token, flushed(ended)));
        } else if (query instanceof ClusterQuery.Repair repair) {
            antiEntropy.repair(repair, answer -> answer(token, answer));
        } else if (query instanceof ClusterQuery.Restore record) {
            restored.restore(record, answer -> answer(token, answer));
        } else if (query instanceof ClusterQuery.Subscribe subscribe) {
            pubSub.subscribe(token, subscribe.topics());
            server.data().changes().look(server.pubSub());
        } else if (query instanceof ClusterQuery.FindScripts find) {
            ScriptCore.find(question, find.names(), ended -> answer(token, new ClusterAnswer.Scripts(ended.texts())));
        } else if (query instanceof ClusterQuery.FlushScripts) {
            ScriptCore.forgetAll(question, ended -> answer(token, forgotten(ended)));
        } else {
            answer(token, changes.decide(query));
        }
    }

    private static ClusterAnswer forgotten(ScriptCore.Ended ended) {
        return ended.isAnswered()
                ? new ClusterAnswer.Flushed()
                : new ClusterAnswer.Failed(
                        "NOQUORUM not every live node has told that it has forgotten its scripts; this one" + " has");
    }

    private ClusterAnswer flushed(FlushCore.Ended ended) {
        return switch (ended.result()) {
            case STORED -> new ClusterAnswer.Flushed();
            case NOT_STORED ->
                new ClusterAnswer.Failed("NOQUORUM not every live node has stored the flush; it may still take effect");
            case CLOCK_AHEAD ->
                new ClusterAnswer.Failed("ERR the clock of " + nameOf(ended.whose()) + ", this node, is "
                        + ended.aheadMillis() + " ms ahead of the median of the members that are up, which is more than"
                        + " max-clock-skew-ms; nothing was flushed. Set it right, or ask another node");
            case STAMP_AHEAD ->
                new ClusterAnswer.Failed("ERR " + nameOf(ended.whose()) + " has a stamp that is " + ended.aheadMillis()
                        + " ms ahead of the median of the members' clocks, too far for a flush to pass it; nothing was"
                        + " flushed. Set its clock right, and replace it (KIN.REPLACE) with an empty node");
        };
    }

    private String nameOf(long node) {
        return views.members().stream()
                .filter(line -> line.member().id() == node)
                .map(line -> line.member().name())
                .findFirst()
                .orElse("a node that has left");
    }

    private void answer(long token, ClusterAnswer answer) {
        output.effects().answer(token, answer);
    }

    private static ClusterAnswer page(ScanCore.@Nullable Result page) {
        return page == null ? tooFew("scan") : new ClusterAnswer.Page(page.cursor(), page.keys());
    }

    private static ClusterAnswer tooFew(String what) {
        return new ClusterAnswer.Failed("TRYAGAIN too few holders of some partition answered the " + what);
    }
}
