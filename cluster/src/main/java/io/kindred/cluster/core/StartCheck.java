package io.kindred.cluster.core;

import io.kindred.cluster.membership.Generation;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import java.util.function.IntUnaryOperator;

/**
 * Whether this start is the one that follows the last one that anybody knows of. The data directory remembers the numbers
 * of its starts, and members remember the newest ones that they were told of: a number that a member knows and the
 * directory does not is of a life that this one is not the heir of, as when an older copy of a directory was put back.
 *
 * <p>Nothing contradicts a start where the members that are there know no more than it does itself. It goes on as the same
 * actor only if most of the others say so: of any two such starts, one member was asked by both. (An actor that gives a dot
 * twice loses the one or the other.) Otherwise it takes an incarnation that is drawn at random, for the next one in the row
 * may be that of a life which it does not know of.
 */
public final class StartCheck {
    public static final int LIVES_MAX = 64;
    /** Incarnations that are drawn are far above those that are counted. */
    private static final int DRAWN_MIN = 1 << 20;

    private static final int DRAWN_SPAN = 1 << 30;

    private final RandomSource random;
    private final TreeSet<Long> lives;
    private final TreeSet<Long> confirmedBy = new TreeSet<>();
    /** Those that have answered, or cannot be reached. */
    private final TreeSet<Long> through = new TreeSet<>();

    /** @param lives the starts that the data directory remembers, this one among them */
    StartCheck(Collection<Long> lives, RandomSource random) {
        this.lives = new TreeSet<>(lives);
        this.random = random;
    }

    /** Those of these starts that are no part of this one's past. What is older than all that is remembered may be. */
    List<Long> foreign(Collection<Long> known) {
        List<Long> foreign = new ArrayList<>();
        for (long start : known) {
            if (start > lives.first() && !lives.contains(start)) {
                foreign.add(start);
            }
        }
        return foreign;
    }

    /** @param knowsIt whether the member knew of an earlier start, or of this one */
    void answered(long member, boolean knowsIt) {
        through.add(member);
        if (knowsIt) {
            confirmedBy.add(member);
        }
    }

    /** What they have said was of another time. */
    void askAnew() {
        confirmedBy.clear();
        through.clear();
    }

    void lost(long member) {
        through.add(member);
    }

    boolean isConfirmed(Collection<Long> others) {
        return 2 * others.stream().filter(confirmedBy::contains).count() > others.size();
    }

    /** Whether there is nobody left to be waited for, and somebody did answer. */
    boolean hasHeardAll(Collection<Long> others) {
        return through.containsAll(others) && others.stream().anyMatch(confirmedBy::contains);
    }

    /** A start above all of these and of its own, which are its past from now on. */
    Renewal renew(Collection<Long> foreign, int incarnation, boolean foundLess) {
        lives.addAll(foreign);
        lives.add(lives.last() + 1 + random.nextInt(Generation.START_STEP_MAX));
        while (lives.size() > LIVES_MAX) {
            lives.pollFirst();
        }
        return new Renewal(lives.last(), incarnation, foundLess, List.copyOf(lives));
    }

    int drawIncarnation() {
        return drawIncarnation(random::nextInt);
    }

    /**
     * One that no life of any copy of the directory has had, as good as certainly.
     *
     * @param below a random number below its argument
     */
    public static int drawIncarnation(IntUnaryOperator below) {
        return DRAWN_MIN + below.applyAsInt(DRAWN_SPAN);
    }
}
