package io.kindred.cluster.sim;

import io.kindred.cluster.core.Recovered;
import io.kindred.cluster.core.Renewal;
import io.kindred.cluster.core.StartCheck;
import io.kindred.cluster.membership.ChangeRecord;
import io.kindred.cluster.membership.Departure;
import io.kindred.cluster.membership.Member;
import io.kindred.cluster.ring.Checkpoint;
import java.util.ArrayList;
import java.util.List;

/** What a node's data directory says of it, beside what is in the store. */
final class SimDirectory {
    private int incarnation = 1;
    private List<Long> lives = List.of();
    private long belongsTo;
    /** The store is not what this directory says was there. */
    private boolean foundLess;
    /** The process is down, and was stopped rather than killed. */
    private boolean stoppedClean;

    private Remembered remembered = Remembered.NOTHING;

    /** What is known of the cluster. */
    record Remembered(
            List<Member> members, List<Departure> departures, Checkpoint checkpoint, List<ChangeRecord> records) {
        static final Remembered NOTHING = new Remembered(List.of(), List.of(), Checkpoint.NONE, List.of());
    }

    SimDirectory() {}

    /** A copy of one that is at rest, or that a process runs on: a start takes that for a stop that was not clean. */
    SimDirectory copy(boolean isRunning) {
        SimDirectory copy = new SimDirectory();
        copy.incarnation = isRunning ? incarnation + 1 : incarnation;
        copy.lives = lives;
        copy.belongsTo = belongsTo;
        copy.foundLess = foundLess;
        copy.stoppedClean = stoppedClean && !isRunning;
        copy.remembered = remembered;
        return copy;
    }

    /** A copy takes the place of what there is; whether the store was lost is still known. */
    void putBack(SimDirectory copy) {
        incarnation = copy.incarnation;
        lives = copy.lives;
        belongsTo = copy.belongsTo;
        stoppedClean = copy.stoppedClean;
        remembered = copy.remembered;
    }

    /** Another start. */
    void begin(long id, int life) {
        if (foundLess) {
            incarnation = StartCheck.drawIncarnation(new SimRandom(~(id << 32 | life))::nextInt);
        }
        // Of numbers of its own, so that nothing else is drawn otherwise for it.
        long next = lives.isEmpty() ? 1 : generation() + 1 + new SimRandom(id << 32 | life).nextInt(1 << 24);
        lives = new ArrayList<>(lives);
        lives.add(next);
    }

    /** The process that it was told to has read it. */
    void wasRead() {
        foundLess = false;
        stoppedClean = false;
    }

    void ended() {
        incarnation++;
    }

    void endedClean(boolean sameActor) {
        stoppedClean = true;
        incarnation -= sameActor ? 1 : 0;
    }

    /** The store is gone, or an older one was put back. */
    void loseStore() {
        remembered = Remembered.NOTHING;
        foundLess = true;
    }

    void remember(Remembered what) {
        remembered = what;
    }

    Remembered remembered() {
        return remembered;
    }

    int incarnation() {
        return incarnation;
    }

    /** The number of the newest start. */
    long generation() {
        return lives.isEmpty() ? 0 : lives.get(lives.size() - 1);
    }

    Recovered.Past past() {
        boolean lacksRing = belongsTo != 0
                && remembered.records().isEmpty()
                && remembered.checkpoint().records().isNone();
        return new Recovered.Past(belongsTo, lives, foundLess || lacksRing, "");
    }

    void renew(Renewal renewal) {
        incarnation = renewal.incarnation();
        lives = renewal.lives();
    }

    void belongs(long to) {
        belongsTo = to;
    }
}
