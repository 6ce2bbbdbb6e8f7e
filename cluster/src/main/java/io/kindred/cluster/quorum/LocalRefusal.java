package io.kindred.cluster.quorum;

import io.kindred.cluster.ring.RecordKey;
import io.kindred.cluster.version.Sibling;
import io.kindred.cluster.version.Term;
import io.kindred.cluster.version.TermMark;
import io.kindred.cluster.version.Versions;
import org.jspecify.annotations.Nullable;

/** The coordinator's own store is a replica that may refuse an update, as the others do. */
final class LocalRefusal {
    private LocalRefusal() {}

    /**
     * Why an update under a term is refused here; null: it is not.
     *
     * @param current what this node holds of the key
     * @param read what the update's round has found of it; null: nobody was asked, for nobody else has the key
     */
    static @Nullable Refusal of(TermBook terms, RecordKey key, Term term, Versions current, @Nullable Versions read) {
        int partition = key.partition();
        if (!terms.held(partition).equals(term)) {
            return Refusal.NONE.and(0, terms.kept(partition), false);
        }
        for (Sibling sibling : current.siblings()) {
            TermMark mark = sibling.mark();
            boolean isForeign = !mark.isNone()
                    && mark.datacenter() == terms.datacenter()
                    && !sibling.term().equals(term);
            if (isForeign && read != null && !read.clock().covers(sibling.dot())) {
                // A repair or a hint has brought another's update since the round.
                return Refusal.NONE.and(0, sibling.term(), false);
            }
        }
        return null;
    }
}
