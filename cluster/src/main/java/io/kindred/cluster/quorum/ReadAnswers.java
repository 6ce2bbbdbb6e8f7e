package io.kindred.cluster.quorum;

import io.kindred.cluster.quorum.Places.State;
import io.kindred.cluster.version.Versions;
import org.jspecify.annotations.Nullable;

/**
 * What has come in for one {@link ReadRound}, by place, and what is still to come in time. A stand-in that holds nothing counts
 * only once there is no point in waiting for the replica.
 */
final class ReadAnswers {
    private final Places places;
    private final long flushStamp;
    /** Of the replicas: what stand-ins hold is not repaired. */
    private final @Nullable Versions[] ofReplicas;
    /** The one asked there is overdue, or was late in other requests already. */
    private final boolean[] late;
    /** When the answer of the one asked there is overdue. */
    private final long[] dueNanos;
    /** The stand-in holds nothing. */
    private final boolean[] nothingHeld;

    private boolean hasStandIns;
    private Versions merged = Versions.EMPTY;

    /** @param flushStamp what is stamped up to it is gone */
    ReadAnswers(Places places, long flushStamp) {
        this.places = places;
        this.flushStamp = flushStamp;
        this.ofReplicas = new @Nullable Versions[places.size()];
        this.late = new boolean[places.size()];
        this.dueNanos = new long[places.size()];
        this.nothingHeld = new boolean[places.size()];
    }

    /** All of them joined. */
    Versions merged() {
        return merged;
    }

    /** What each of the replicas has answered by now; null: nothing. */
    @Nullable
    Versions[] ofReplicas() {
        return ofReplicas;
    }

    /** Whether those that have answered all have the same. */
    boolean isUniform() {
        for (Versions answer : ofReplicas) {
            if (answer != null && !answer.sameAs(merged)) {
                return false;
            }
        }
        return !hasStandIns;
    }

    // --- what comes ---

    void asked(int place, long untilNanos) {
        late[place] = false;
        dueNanos[place] = untilNanos;
    }

    /** It was late in other requests already. */
    void askedLate(int place) {
        late[place] = true;
    }

    void byReplica(int place, Versions versions) {
        ofReplicas[place] = versions;
        merged = merged.join(versions.withoutStampsUpTo(flushStamp));
    }

    void byStandIn(int place, Versions versions) {
        nothingHeld[place] = versions.isEmpty();
        hasStandIns |= !versions.isEmpty();
        merged = merged.join(versions.withoutStampsUpTo(flushStamp));
    }

    boolean isLate(int place) {
        return late[place];
    }

    boolean isOverdue(int place, long nowNanos) {
        return places.isAsked(place) && nowNanos - dueNanos[place] >= 0;
    }

    /** Nobody waits for who was asked there any more. True: somebody did, until now. */
    boolean passBy(int place) {
        boolean isNews = !late[place] || nothingHeld[place];
        late[place] = true;
        nothingHeld[place] = false;
        return isNews;
    }

    // --- how many ---

    /** Whether a place's answer counts. */
    boolean isAnswered(int place) {
        return places.isReplicaAnswered(place)
                || places.standIn(place) == State.ANSWERED
                        && !(nothingHeld[place] && places.replica(place) == State.ASKED);
    }

    int answered() {
        int count = 0;
        for (int i = 0; i < late.length; i++) {
            count += isAnswered(i) ? 1 : 0;
        }
        return count;
    }

    /** How many answers of the key's own replicas are there, or on their way and not late. */
    int ownInTime() {
        int own = places.ownAnswered();
        for (int i = 0; i < late.length; i++) {
            own += places.replica(i) == State.ASKED && !late[i] ? 1 : 0;
        }
        return own;
    }

    /** How many answers are on their way and not late. */
    int inTime() {
        int count = 0;
        for (int i = 0; i < late.length; i++) {
            count += places.isAsked(i) && !isAnswered(i) && !late[i] ? 1 : 0;
        }
        return count;
    }

    /** Until all that are asked now are overdue. */
    long patienceNanos(long nowNanos) {
        long most = 0;
        for (int i = 0; i < late.length; i++) {
            most = Math.max(most, places.isAsked(i) ? dueNanos[i] - nowNanos : 0);
        }
        return most;
    }
}
