package io.kindred.cluster.core;

import io.kindred.cluster.keyspace.CountCore;
import io.kindred.cluster.keyspace.FlushCore;
import io.kindred.cluster.keyspace.Question;
import io.kindred.cluster.keyspace.ScanCore;
import org.jspecify.annotations.Nullable;

/** Answers questions about, and commands to, the whole cluster. */
final class ClusterQueries {
    private final Question question;
    private final Outlet outlet;
    private final AntiEntropy antiEntropy;
    private final NodeViews views;
    private final RandomSource random;
    private final RingChanges changes;

    ClusterQueries(
            Question question,
            Outlet outlet,
            AntiEntropy antiEntropy,
            NodeViews views,
            RandomSource random,
            RingChanges changes) {
        this.question = question;
        this.outlet = outlet;
        this.antiEntropy = antiEntropy;
        this.views = views;
        this.random = random;
        this.changes = changes;
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
        } else if (query instanceof ClusterQuery.FlushKeys flush) {
            FlushCore.start(
                    question,
                    flush.db(),
                    stored -> answer(
                            token,
                            stored
                                    ? new ClusterAnswer.Flushed()
                                    : new ClusterAnswer.Failed(
                                            "NOQUORUM not every live node has stored the flush; it may still take effect")));
        } else if (query instanceof ClusterQuery.Repair repair) {
            antiEntropy.repair(repair, answer -> answer(token, answer));
        } else {
            answer(token, changes.decide(query));
        }
    }

    private void answer(long token, ClusterAnswer answer) {
        outlet.effects().answer(token, answer);
    }

    private static ClusterAnswer page(ScanCore.@Nullable Result page) {
        return page == null ? tooFew("scan") : new ClusterAnswer.Page(page.cursor(), page.keys());
    }

    private static ClusterAnswer tooFew(String what) {
        return new ClusterAnswer.Failed("TRYAGAIN too few holders of some partition answered the " + what);
    }
}
