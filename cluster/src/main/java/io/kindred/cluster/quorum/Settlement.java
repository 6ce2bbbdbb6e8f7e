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
 *       built upon. Where only plain writes are left there, they have taken effect and were overwritten. Else nobody can tell
 *       what came of them.
 *   <li>Those behind it live, if anywhere, where another version counts: they took no effect, and run again on that one.
 * </ul>
 *
 * @param counts whether the newest counts
 * @param covered how many of the first ones are covered
 * @param isOverwritten whether that was certainly by plain writes
 */
record Settlement(boolean counts, int covered, boolean isOverwritten) {

    /**
     * @param line the dots of their versions, oldest first
     * @param answers what replicas hold of the key; null: unknown
     * @param merged all of it
     */
    static Settlement of(List<Dot> line, @Nullable Versions[] answers, Versions merged) {
        if (line.isEmpty()) {
            return new Settlement(false, 0, false);
        }
        Sibling winner = counting(merged);
        if (winner != null && winner.dot().equals(line.get(line.size() - 1))) {
            return new Settlement(true, 0, false);
        }
        int covered = covered(line, merged);
        boolean isOverwritten = covered > 0 && isPlain(merged);
        for (Versions answer : answers) {
            int there = answer == null ? 0 : covered(line, answer);
            if (answer != null && there > 0) {
                isOverwritten = isPlain(answer) && (covered == 0 || isOverwritten);
            }
            covered = Math.max(covered, there);
        }
        return new Settlement(false, covered, isOverwritten);
    }

    private static boolean isPlain(Versions held) {
        return held.siblings().stream().allMatch(sibling -> sibling.mark().isNone());
    }

    /** The version that counts, tombstones among them. */
    private static @Nullable Sibling counting(Versions merged) {
        Sibling winner = merged.winner();
        if (winner != null || merged.siblings().isEmpty()) {
            return winner;
        }
        Sibling newest = null;
        for (Sibling sibling : merged.siblings()) {
            boolean isAhead = newest == null
                    || sibling.term().isAbove(newest.term())
                    || (sibling.term().equals(newest.term())
                            && sibling.dot().counter() > newest.dot().counter());
            newest = isAhead ? sibling : newest;
        }
        return newest;
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
