package io.kindred.cluster.quorum;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The N places of a key in one request: what its replica has said at each, and the stand-in that was asked for it.
 * What counts for a quorum is places, so a replica and its stand-in never count as two.
 */
final class Places {
    enum State {
        UNASKED,
        ASKED,
        ANSWERED,
        /** A replica that has answered, and does not count as one of the key's own. */
        STANDS_IN,
        FAILED,
        /** Passed by, because it is avoided just now. */
        SKIPPED
    }

    private final Router router;
    private final Route route;
    private final State[] replicas;
    /** Made when the first stand-in is needed, which is rare. */
    private State @Nullable [] standIns;

    private long @Nullable [] standInNodes;
    private @Nullable StandIns choice;
    private boolean @Nullable [] refused;

    /** @param size how many of the route's places the request is about: all that serve, or all that a write goes to */
    Places(Router router, Route route, int size) {
        this.router = router;
        this.route = route;
        this.replicas = new State[size];
        Arrays.fill(replicas, State.UNASKED);
    }

    int size() {
        return replicas.length;
    }

    State replica(int place) {
        return replicas[place];
    }

    State standIn(int place) {
        State[] states = standIns;
        return states == null ? State.UNASKED : states[place];
    }

    void replica(int place, State state) {
        replicas[place] = state;
    }

    /** A new stand-in for a place, now asked; 0 where nobody is left, and then one that was asked before still counts. */
    long assign(int place) {
        StandIns from = choice;
        State[] states = standIns;
        long[] nodes = standInNodes;
        if (from == null || states == null || nodes == null) {
            from = new StandIns(router, route);
            states = new State[replicas.length];
            nodes = new long[replicas.length];
            Arrays.fill(states, State.UNASKED);
            choice = from;
            standIns = states;
            standInNodes = nodes;
        }
        long node = from.next(place);
        if (node != 0) {
            nodes[place] = node;
            states[place] = State.ASKED;
        } else if (states[place] != State.ASKED) {
            states[place] = State.FAILED;
        }
        return node;
    }

    void standIn(int place, State state) {
        State[] states = standIns;
        if (states == null) {
            throw new IllegalStateException("nobody stands in");
        }
        states[place] = state;
    }

    /** The place that a node stands in for; -1: none. */
    int standInPlace(long node) {
        long[] nodes = standInNodes;
        if (nodes != null) {
            for (int i = 0; i < nodes.length; i++) {
                if (nodes[i] == node) {
                    return i;
                }
            }
        }
        return -1;
    }

    long standInNode(int place) {
        long[] nodes = standInNodes;
        return nodes == null ? 0 : nodes[place];
    }

    boolean isAnswered(int place) {
        return isReplicaAnswered(place) || standIn(place) == State.ANSWERED;
    }

    /** Whether a place's replica itself has answered, counted as such or not. */
    boolean isReplicaAnswered(int place) {
        return replicas[place] == State.ANSWERED || replicas[place] == State.STANDS_IN;
    }

    boolean isAsked(int place) {
        return replicas[place] == State.ASKED || standIn(place) == State.ASKED;
    }

    int answered() {
        int count = 0;
        for (int i = 0; i < replicas.length; i++) {
            count += isAnswered(i) ? 1 : 0;
        }
        return count;
    }

    /** How many places have an answer or may still get one from those that were asked. */
    int possible() {
        int count = 0;
        for (int i = 0; i < replicas.length; i++) {
            count += isAnswered(i) || isAsked(i) ? 1 : 0;
        }
        return count;
    }

    int ownAnswered() {
        return countReplicas(State.ANSWERED);
    }

    int ownPossible() {
        return countReplicas(State.ANSWERED) + countReplicas(State.ASKED);
    }

    private int countReplicas(State state) {
        int count = 0;
        for (State each : replicas) {
            count += each == state ? 1 : 0;
        }
        return count;
    }

    /** A place's replica does not hold the key any more, or not yet. */
    void refuse(int place) {
        if (refused == null) {
            refused = new boolean[replicas.length];
        }
        refused[place] = true;
    }

    boolean isAnyRefused() {
        return refused != null;
    }

    /** Who refused, or was asked in vain, may know better by now, replicas and stand-ins. */
    void forgetRefusals() {
        refused = null;
        StandIns from = choice;
        State[] states = standIns;
        long[] nodes = standInNodes;
        if (from != null && states != null && nodes != null) {
            from.forget();
            for (int i = 0; i < states.length; i++) {
                if (states[i] == State.ASKED || states[i] == State.ANSWERED) {
                    from.use(nodes[i]);
                } else {
                    nodes[i] = 0;
                }
            }
        }
    }

    boolean isRefused(int place) {
        boolean[] places = refused;
        return places != null && places[place];
    }

    /** Whether a place's replica itself has answered, or may still. */
    boolean isReplicaPossible(int place) {
        return replicas[place] == State.ANSWERED || replicas[place] == State.ASKED;
    }

    /** For how long it is usual to wait for those that were asked. */
    long patienceNanos(Latencies latencies) {
        long most = 0;
        for (int i = 0; i < replicas.length; i++) {
            if (replicas[i] == State.ASKED) {
                most = Math.max(most, latencies.lateAfter(route.writers()[i]));
            }
            if (standIn(i) == State.ASKED) {
                most = Math.max(most, latencies.lateAfter(standInNode(i)));
            }
        }
        return most;
    }

    /** Whether an answer is still awaited at any place. */
    boolean anyAsked() {
        for (int i = 0; i < replicas.length; i++) {
            if (isAsked(i)) {
                return true;
            }
        }
        return false;
    }
}
