package io.kindred.cluster.quorum;

import io.kindred.cluster.version.Dot;
import io.kindred.cluster.version.Sibling;
import io.kindred.cluster.version.Versions;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What has become of a group update that was stored and refused before W had it. Each of its versions is looked at as that of an
 * update of one key is ({@link Settlement}); then:
 *
 * <ul>
 *   <li>COUNTS: some of its versions count, and beside each of the others lives a plain write that it had not seen. It has
 *       taken effect, and those plain writes came after it. It is written again.
 *   <li>NOWHERE: none of them counts, or may have been built upon. It runs again.
 *   <li>UNKNOWN: anything else.
 * </ul>
 *
 * @param former by key, where it counts: what is to be written again; null: nothing
 */
record GroupSettlement(Outcome outcome, List<@Nullable LocalWrite> former) {
    enum Outcome {
        COUNTS,
        NOWHERE,
        UNKNOWN
    }

    /**
     * @param made by key; null: it has no version
     * @param found by key
     */
    static GroupSettlement of(List<@Nullable LocalWrite> made, List<GroupRead.Found> found) {
        List<@Nullable LocalWrite> former = new ArrayList<>();
        int counting = 0;
        int overwritten = 0;
        int without = 0;
        int versions = 0;
        for (int i = 0; i < made.size(); i++) {
            LocalWrite write = made.get(i);
            former.add(null);
            if (write == null) {
                continue;
            }
            versions++;
            Dot dot = write.sibling().dot();
            Settlement of = Settlement.of(
                    List.of(dot), found.get(i).answers(), found.get(i).merged());
            if (of.counts()) {
                counting++;
                former.set(i, write);
            } else if (of.unclear() == 0 && found.get(i).isOwnKnown()) {
                without++;
                overwritten += isOverwritten(dot, found.get(i).merged()) ? 1 : 0;
            }
        }
        if (counting > 0 && counting + overwritten == versions) {
            return new GroupSettlement(Outcome.COUNTS, former);
        }
        return new GroupSettlement(without == versions ? Outcome.NOWHERE : Outcome.UNKNOWN, List.of());
    }

    /** Whether a plain write counts where this version lives: no update that had not seen it has come between. */
    private static boolean isOverwritten(Dot dot, Versions merged) {
        Sibling counting = merged.counting();
        return merged.hasLive(dot)
                && counting != null
                && counting.mark().isNone()
                && merged.siblings().stream()
                        .allMatch(each -> each.mark().isNone() || each.dot().equals(dot));
    }
}
