package io.kindred.cluster.quorum;

import io.kindred.cluster.version.Dot;
import io.kindred.cluster.version.Sibling;
import io.kindred.cluster.version.Versions;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What has become of updates that were stored, each built on the one before it, and were refused before W had them. What
 * certainly took no effect may run again; anything else would be applied twice.
 *
 * <ul>
 *   <li>The newest lives and counts: all of them have taken effect, and it is written again.
 *   <li>Somewhere one of them is covered by a version of somebody else: that one, and all that it was built on, may have been
 *       built upon. Where this node has held the term all the time, no other update of the datacenter came between: they
 *       have taken effect and were overwritten. Else nobody can tell what came of them.
 *   <li>One of them lives where a version of somebody else does, and may be all that covers those before it there, or not: what
 *       holds both has one clock for the two. Unless somebody has shown the other version without having seen those before,
 *       nobody can tell what came of them.
 *   <li>Those behind it live, if anywhere, where another version counts: they took no effect, and run again on that one.
 * </ul>
 *
 * @param counts whether the newest counts
 * @param covered how many of the first ones are covered
 * @param unclear how many of the first ones are, or may be
 */
record Settlement(boolean counts, int covered, int unclear) {

    /**
     * @param line the dots of their versions, oldest first
     * @param answers what replicas hold of the key; null: unknown
     * @param merged all of it
     */
    static Settlement of(List<Dot> line, @Nullable Versions[] answers, Versions merged) {
        if (line.isEmpty()) {
            return new Settlement(false, 0, 0);
        }
        Sibling counting = merged.counting();
        if (counting != null && counting.dot().equals(line.get(line.size() - 1))) {
            return new Settlement(true, 0, 0);
        }
        int covered = covered(line, merged);
        for (Versions answer : answers) {
            covered = Math.max(covered, answer == null ? 0 : covered(line, answer));
        }
        int unclear = covered;
        for (Sibling other : merged.siblings()) {
            if (!line.contains(other.dot())) {
                unclear = Math.max(unclear, mayHaveSeen(other, line, answers, merged));
            }
        }
        return new Settlement(false, covered, unclear);
    }

    /** How many of the first ones a version of somebody else may have been built upon, as far as those tell that hold it. */
    private static int mayHaveSeen(Sibling other, List<Dot> line, @Nullable Versions[] answers, Versions merged) {
        int least = seenBeside(line, merged);
        for (Versions answer : answers) {
            if (answer != null && answer.hasLive(other.dot())) {
                least = Math.min(least, seenBeside(line, answer));
            }
        }
        return least;
    }

    /** Whatever lives beside the last one that was seen there has not seen that one. */
    private static int seenBeside(List<Dot> line, Versions held) {
        for (int i = line.size() - 1; i >= 0; i--) {
            if (held.clock().covers(line.get(i))) {
                return held.hasLive(line.get(i)) ? i : i + 1;
            }
        }
        return 0;
    }

    /** Who has seen one of them has seen those before it: what covers the last one seen there is somebody else's. */
    private static int covered(List<Dot> line, Versions held) {
        for (int i = line.size() - 1; i >= 0; i--) {
            if (held.clock().covers(line.get(i))) {
                return held.hasLive(line.get(i)) ? 0 : i + 1;
            }
        }
        return 0;
    }
}
