package io.kindred.cluster.membership;

import java.util.Arrays;
import java.util.List;

/**
 * Which beats of others go along where not all of them can: what is news, then half and half of those that were heard of
 * last and of all in turn.
 */
final class BeatChoice {
    /** How long an order of the members by what was heard last is good enough. */
    private static final long ORDER_NANOS = 400_000_000L;

    private final TellingIndex others;
    /** Those heard of last first, as of {@link #orderedAtNanos}. */
    private MemberTelling[] order = {};

    private long orderedAtNanos;
    private int turn;

    BeatChoice(TellingIndex others) {
        this.others = others;
    }

    /**
     * Adds to the beats until there are {@code max}.
     *
     * @param newsNanos how long a new member, generation or accusation counts as news
     */
    void addTo(List<Beat> beats, int max, long nowNanos, long newsNanos) {
        putInOrder(nowNanos);
        boolean[] taken = new boolean[order.length];
        for (int i = 0; i < order.length && beats.size() < max; i++) {
            MemberTelling told = order[i];
            told.isNews = told.isNews && nowNanos - told.newsAtNanos < newsNanos;
            if (told.isNews) {
                taken[i] = true;
                beats.add(told.beat());
            }
        }
        addLatest(beats, (beats.size() + max) / 2, taken);
        addInTurn(beats, max, taken);
    }

    /** Sorting is dear where there are many, and a moment's delay does no harm. */
    private void putInOrder(long nowNanos) {
        if (order.length != others.size() || nowNanos - orderedAtNanos >= ORDER_NANOS) {
            order = others.toArray();
            Arrays.sort(order, (a, b) -> Long.compare(b.learnedAt, a.learnedAt));
            orderedAtNanos = nowNanos;
        }
    }

    private void addLatest(List<Beat> beats, int max, boolean[] taken) {
        for (int i = 0; i < order.length && beats.size() < max; i++) {
            if (!taken[i]) {
                taken[i] = true;
                beats.add(order[i].beat());
            }
        }
    }

    private void addInTurn(List<Beat> beats, int max, boolean[] taken) {
        boolean[] takenOfId = new boolean[others.size()];
        for (int i = 0; i < order.length; i++) {
            // The order is of a moment ago, and one of them may have been left out since.
            int at = others.position(order[i].member.id());
            if (taken[i] && at >= 0) {
                takenOfId[at] = true;
            }
        }
        for (int seen = 0; seen < others.size() && beats.size() < max; seen++) {
            turn = (turn + 1) % others.size();
            if (!takenOfId[turn]) {
                beats.add(others.at(turn).beat());
            }
        }
    }
}
