package io.kindred.cluster.quorum;

import io.kindred.cluster.message.QuorumSpec;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** What a write waits for: W, and PW, of each set of nodes that its route names. */
final class WriteNeeds {
    private final int @Nullable [][] sets;
    private final Needs[] needs;
    /** So many of the places serve: there, who does not count as a replica of the key's own stands in for one. */
    private final int serving;

    private WriteNeeds(int @Nullable [][] sets, Needs[] needs, int serving) {
        this.sets = sets;
        this.needs = needs;
        this.serving = serving;
    }

    static WriteNeeds of(QuorumSettings settings, QuorumSpec quorum, Route route) {
        return of(replicas -> settings.writes(quorum, replicas), route);
    }

    /** Of an update under a term: a majority of each set's own replicas, and W. */
    static WriteNeeds exact(QuorumSettings settings, QuorumSpec quorum, Route route) {
        return of(replicas -> settings.writes(quorum, replicas).exact(replicas), route);
    }

    private static WriteNeeds of(IntFunction<Needs> ofReplicas, Route route) {
        int[][] sets = route.sets();
        if (sets == null) {
            return new WriteNeeds(null, new Needs[] {ofReplicas.apply(route.writers().length)}, route.serving());
        }
        Needs[] needs = new Needs[sets.length];
        for (int i = 0; i < sets.length; i++) {
            needs[i] = ofReplicas.apply(sets[i].length).without(givenUp(sets[i]));
        }
        return new WriteNeeds(sets, needs, route.serving());
    }

    private static int givenUp(int[] set) {
        int count = 0;
        for (int place : set) {
            count += place == Route.GIVEN_UP ? 1 : 0;
        }
        return count;
    }

    /** How many sets there are; the last is the target. */
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
            int refused = refused(places, set);
            if (answered(places, set) < all(set) - refused || ownAnswered(places, set) < own(set) - refused) {
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
                    boolean counts = i >= serving && places.isReplicaAnswered(i);
                    own += counts || places.isReplicaPossible(i) ? 1 : 0;
                }
            }
            int refused = refused(places, set);
            if (possible < all(set) - refused || own < own(set) - refused) {
                return true;
            }
        }
        return false;
    }

    /**
     * How many of a former set say that they do not hold the key any more: they answer no reader either, so that the rest
     * of the set has to have that much less for R of it to meet the write. Of the target, all W count.
     */
    private int refused(Places places, int set) {
        int count = 0;
        for (int i = 0; i < places.size() && set < needs.length - 1; i++) {
            count += isIn(set, i) && places.isRefused(i) ? 1 : 0;
        }
        return count;
    }

    /** Whether a place is one of the target's, or there is no change. */
    boolean isOfTarget(int place) {
        return isIn(needs.length - 1, place);
    }

    /** The first set that has not what it needs; the first of all where each has. */
    int unmet(Places places) {
        for (int set = 0; set < needs.length; set++) {
            int refused = refused(places, set);
            if (answered(places, set) < all(set) - refused || ownAnswered(places, set) < own(set) - refused) {
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
            boolean counts =
                    places.replica(i) == Places.State.ANSWERED || (i >= serving && places.isReplicaAnswered(i));
            count += isIn(set, i) && counts ? 1 : 0;
        }
        return count;
    }
}
