package io.kindred.cluster.quorum;

import io.kindred.cluster.version.Dot;
import io.kindred.cluster.version.HybridClock;
import io.kindred.cluster.version.Sibling;
import io.kindred.cluster.version.Term;
import io.kindred.cluster.version.TermMark;
import io.kindred.cluster.version.VersionVector;
import io.kindred.cluster.version.Versions;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A new version of a key, as its coordinator makes it.
 *
 * @param stored the container to keep
 * @param context what the new version supersedes
 * @param supersedesAll whether that is known to be all that was held, so that what is stored has seen nothing else
 */
record LocalWrite(Versions stored, VersionVector context, Sibling sibling, boolean supersedesAll) {
    private static final long CONTEXT_AHEAD_MILLIS_MAX = 2 * 86_400_000L;

    /**
     * What the other replicas are sent: what is stored, where the write supersedes all that was held. That covers the same dots;
     * its runs may be stamped later, as they are here and in every merge.
     */
    Versions delta() {
        boolean isAll = stored.siblings().size() == 1
                && (supersedesAll || stored.clock().equals(context.with(sibling.dot(), sibling.stamp())));
        return isAll ? stored : Versions.delta(context, sibling);
    }

    /** What the writer has seen now: what it had seen before (null: all that was here) and its own version, nothing more. */
    VersionVector contextAfter(@Nullable VersionVector given) {
        return given == null ? stored.clock() : given.with(sibling.dot(), sibling.stamp());
    }

    /** The value (null: a tombstone) and its expiry. */
    record Content(byte @Nullable [] value, long expireAtMillis) {}

    /**
     * Gives a stamp above everything that the write supersedes, a flush among it.
     *
     * @param db the key's
     * @param dot new, for a write from this basis
     */
    static LocalWrite make(Coordination node, Ticket ticket, int db, Dot dot, Basis basis, Content content) {
        Versions held = basis.held();
        // Above the reap mark, too: what a clock that was set back stamps must not count as settled at once.
        long flushed = node.flushStamps().of(db);
        long covered = Math.max(newestCovered(held, basis.context()), plausible(node, basis.seenStamp()));
        long floor = Math.max(covered, Math.max(flushed, basis.reapMark()));
        long stamp = node.clocks().above(ticket.stamp(), floor);
        node.clocks().written(stamp);
        Sibling sibling = new Sibling(dot, stamp, content.expireAtMillis(), content.value(), mark(node, basis, held));
        Versions written = held.write(basis.context(), sibling);
        Versions kept = written.truncate(node.settings().clockEntriesMax(), basis.reapMark());
        node.counters().clockPrunes += written.clock().entries() - kept.clock().entries();
        boolean supersedesAll = basis.context() == held.clock() && kept == written;
        return new LocalWrite(kept, basis.context(), sibling, supersedesAll);
    }

    private static TermMark mark(Coordination node, Basis basis, Versions held) {
        Term term = basis.term();
        return term.isNone()
                ? TermMark.NONE
                : new TermMark(term.number(), node.terms().datacenter(), held.baseStamp());
    }

    /**
     * What a write starts from.
     *
     * @param reapMark of the key's partition, see {@link LocalReplica#reapMark}
     * @param term of an update that supersedes all that is held; none for all else
     * @param seenStamp the greatest stamp of what a client's context covers, which need not be held; 0: there is none
     */
    record Basis(Versions held, VersionVector context, long reapMark, Term term, long seenStamp) {
        static Basis superseding(Versions held, long reapMark) {
            return under(Term.NONE, held, reapMark);
        }

        static Basis under(Term term, Versions held, long reapMark) {
            return new Basis(held, held.clock(), reapMark, term, 0);
        }

        /**
         * What the context covers, and the tombstones beside it: what those did is in the clock, and kept as siblings
         * they would pile up.
         */
        static Basis covering(Versions held, VersionVector given, long reapMark) {
            VersionVector context = given;
            for (Sibling sibling : held.siblings()) {
                if (sibling.isTombstone()) {
                    context = context.with(sibling.dot(), sibling.stamp());
                }
            }
            return new Basis(held, context, reapMark, Term.NONE, given.newestStamp());
        }
    }

    /** A stamp that is further ahead than any clock may be is forged, or worth nothing. */
    private static long plausible(Coordination node, long seenStamp) {
        return seenStamp <= HybridClock.ofMillis(node.clocks().wallMillis() + CONTEXT_AHEAD_MILLIS_MAX) ? seenStamp : 0;
    }

    private static long newestCovered(Versions held, VersionVector context) {
        List<Sibling> siblings = held.siblings();
        for (int i = 0; i < siblings.size(); i++) {
            if (context.covers(siblings.get(i).dot())) {
                return siblings.get(i).stamp();
            }
        }
        return 0;
    }
}
