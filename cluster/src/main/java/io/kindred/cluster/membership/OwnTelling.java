package io.kindred.cluster.membership;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What this node says of itself, and what others have said of it. */
public final class OwnTelling {
    private static final int HEARD_STARTS_MAX = 16;

    private final ChangeLog changes;
    private Member self;
    private List<Accusation> accused = List.of();
    private @Nullable HeldPartitions holding;
    /** Nothing is known of it until the first {@link #owe}. */
    private long oldestDebtStamp;

    private long clockStamp;
    private long refutations;
    /** Starts of this node's directory that others have told of, other than this one. */
    private final TreeSet<Long> heardStarts = new TreeSet<>();

    OwnTelling(Member self, ChangeLog changes) {
        this.self = self;
        this.changes = changes;
    }

    Member member() {
        return self;
    }

    long id() {
        return self.id();
    }

    /** Raises this node's own heartbeat. */
    public void beat() {
        self = self.at(self.generation(), self.heartbeat() + 1);
    }

    /** Says from now on whom this node accuses; true if that is another list than before. */
    boolean accuse(List<Accusation> all) {
        if (all.equals(accused)) {
            return false;
        }
        accused = List.copyOf(all);
        beat();
        return true;
    }

    List<Accusation> accused() {
        return accused;
    }

    /** Says from now on what this node holds. */
    public void hold(HeldPartitions held) {
        holding = held;
        beat();
    }

    @Nullable
    HeldPartitions holding() {
        return holding;
    }

    /**
     * Says from now on what the oldest thing is that this node has yet to give to others.
     *
     * @param clock of this node, now: no stamp that it gives later is below
     */
    public void owe(long stamp, long clock) {
        if ((stamp == Long.MAX_VALUE) != (oldestDebtStamp == Long.MAX_VALUE)) {
            // No two beats of one heartbeat are to differ in that.
            beat();
        }
        oldestDebtStamp = stamp;
        clockStamp = clock;
    }

    public Standing standing() {
        HeldPartitions held = holding;
        return new Standing(
                changes.storedHash(), held == null ? HeldPartitions.NONE : held.version(), oldestDebtStamp, clockStamp);
    }

    Beat toBeat() {
        return new Beat(self.id(), self.generation(), self.heartbeat(), accused, standing());
    }

    /** From now on this node is that actor, and its process that start: above whatever was said of another one. */
    public void become(int incarnation, long generation) {
        self = self.as(incarnation).at(generation, 0);
    }

    /** What others say of another start, which may be one that this directory knows nothing of, is left to be asked for. */
    void heard(long generation, long heartbeat) {
        if (Generation.start(generation) != self.start()) {
            heardStarts.add(Generation.start(generation));
            if (heardStarts.size() > HEARD_STARTS_MAX) {
                heardStarts.pollFirst();
            }
        } else if (!self.isAbove(generation, heartbeat)
                && !(self.generation() == generation && self.heartbeat() == heartbeat)) {
            riseAbove(generation);
        }
    }

    private void riseAbove(long generation) {
        self = self.at(Generation.above(generation), self.heartbeat() + 1);
        refutations++;
    }

    /** How often this node has raised its generation over what others said. */
    public long refutations() {
        return refutations;
    }

    /** Starts of this node's own directory that others know of, and that were not taken yet; this one is not among them. */
    public Set<Long> takeHeardStarts() {
        Set<Long> heard = new TreeSet<>(heardStarts);
        heardStarts.clear();
        return heard;
    }
}
