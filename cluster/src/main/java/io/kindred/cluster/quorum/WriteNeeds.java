package io.kindred.cluster.quorum;

import io.kindred.cluster.message.QuorumSpec;
import org.jspecify.annotations.Nullable;

/** What a write waits for: W, and PW, of each set of nodes that its route names. */
final class WriteNeeds {
    private final int @Nullable [][] sets;
    private final Needs[] needs;

    private WriteNeeds(int @Nullable [][] sets, Needs[] needs) {
        this.sets = sets;
        this.needs = needs;
    }

    static WriteNeeds of(QuorumSettings settings, QuorumSpec quorum, Route route) {
        int[][] sets = route.sets();
        if (sets == null) {
            return new WriteNeeds(null, new Needs[] {settings.writes(quorum, route.writers().length)});
        }
        Needs[] needs = new Needs[sets.length];
        for (int i = 0; i < sets.length; i++) {
            needs[i] = settings.writes(quorum, sets[i].length);
        }
        return new WriteNeeds(sets, needs);
    }

    /** How many sets there are; the first is the one that serves. */
    int sets() {
        return needs.length;
    }

    int all(int set) {
        return needs[set].all();
    }

    int own(int set) {
        return needs[set].own();
    }

    /** Whether a place is in a set. */
    boolean isIn(int set, int place) {
        int[][] all = sets;
        if (all == null) {
            return true;
        }
        for (int each : all[set]) {
            if (each == place) {
                return true;
            }
        }
        return false;
    }

    boolean isMet(Places places) {
        for (int set = 0; set < needs.length; set++) {
            if (answered(places, set) < all(set) || ownAnswered(places, set) < own(set)) {
                return false;
            }
        }
        return true;
    }

    boolean isHopeless(Places places) {
        for (int set = 0; set < needs.length; set++) {
            int possible = 0;
            int own = 0;
            for (int i = 0; i < places.size(); i++) {
                if (isIn(set, i)) {
                    possible += places.isAnswered(i) || places.isAsked(i) ? 1 : 0;
                    own += places.isReplicaPossible(i) ? 1 : 0;
                }
            }
            if (possible < all(set) || own < own(set)) {
                return true;
            }
        }
        return false;
    }

    /** The first set that has not what it needs; the first of all where each has. */
    int unmet(Places places) {
        for (int set = 0; set < needs.length; set++) {
            if (answered(places, set) < all(set) || ownAnswered(places, set) < own(set)) {
                return set;
            }
        }
        return 0;
    }

    int answered(Places places, int set) {
        int count = 0;
        for (int i = 0; i < places.size(); i++) {
            count += isIn(set, i) && places.isAnswered(i) ? 1 : 0;
        }
        return count;
    }

    private int ownAnswered(Places places, int set) {
        int count = 0;
        for (int i = 0; i < places.size(); i++) {
            count += isIn(set, i) && places.replica(i) == Places.State.ANSWERED ? 1 : 0;
        }
        return count;
    }
}
