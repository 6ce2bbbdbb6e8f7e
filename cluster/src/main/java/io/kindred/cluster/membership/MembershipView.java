package io.kindred.cluster.membership;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the members have told of themselves, as far as it has come to this node: their newest tellings, whom each of them
 * accuses, and the change records.
 *
 * <p>Tellings and records only accumulate, so that two views become equal by exchanging what they have, in any order.
 * {@link FailureDetector} is what this node itself has seen; {@link #judge} brings the accusations together, see
 * {@link Verdict}.
 */
public final class MembershipView {
    private final ChangeLog changes = new ChangeLog();
    private final TellingIndex all = new TellingIndex();
    /** All but those that {@link #leaveOut} has left out. */
    private final TellingIndex others = new TellingIndex();

    private final BeatChoice choice = new BeatChoice(others);
    private final Verdict verdict = new Verdict(others);
    private final OwnTelling own;
    private long cluster;
    /** Rises with everything that is learned: who was told of last is told on first. */
    private long learned;

    /** Looked up only. */
    private Set<Long> leaving = Set.of();
    /** Whether it was told of some member that is left out how its departure ended, since that was asked last. */
    private boolean hasNewDepartures;

    /** Rises with every change of a generation or of accusations: then the verdict may be another. */
    private long news;

    private long judgedNews = -1;

    public MembershipView(Member self) {
        this.own = new OwnTelling(self, changes);
    }

    // --- this node ---

    public Member self() {
        return own.member();
    }

    /** What this node says of itself. */
    public OwnTelling own() {
        return own;
    }

    /** Says from now on whom this node accuses; true if that is another list than before. */
    public boolean accuse(List<Accusation> all) {
        boolean isAnother = own.accuse(all);
        news += isAnother ? 1 : 0;
        return isAnother;
    }

    /** The newest start of a member that is known here, and the one known before that. */
    public List<Long> startsKnown(long id) {
        MemberTelling known = all.find(id);
        List<Long> starts = new ArrayList<>();
        if (known != null && !known.member.isFormer()) {
            starts.add(known.member.start());
        }
        if (known != null && known.formerStart != 0) {
            starts.add(known.formerStart);
        }
        return starts;
    }

    /** The cluster that this node belongs to; 0: none yet. */
    public long cluster() {
        return cluster;
    }

    public void belong(long to) {
        cluster = to;
    }

    // --- learning ---

    /** What came of a beat. */
    public enum Learned {
        /** It was known. */
        OLD,
        NEWER,
        /** It is of a member, or of a start of one, that has not been told of yet. */
        UNKNOWN
    }

    /** Takes in a telling; true if the member, or this start of it, is new. */
    public boolean learn(Member told, long nowNanos) {
        if (told.id() == own.id()) {
            own.heard(told.generation(), told.heartbeat());
            return false;
        }
        MemberTelling known = all.find(told.id());
        if (known == null) {
            MemberTelling first = new MemberTelling(told, nowNanos);
            first.learnedAt = ++learned;
            news++;
            all.insert(first);
            others.insert(first);
            return true;
        }
        if (!told.newerThan(known.member)) {
            return false;
        }
        boolean started = told.start() != known.member.start();
        if (started) {
            known.formerStart = known.member.start();
            known.accused = List.of();
        }
        take(known, told, known.accused, started ? Standing.UNKNOWN : known.standing, nowNanos);
        return started;
    }

    /** Takes in a beat, and refutes what it says against this node. */
    public Learned learn(Beat beat, long nowNanos) {
        if (beat.id() == own.id()) {
            own.heard(beat.generation(), beat.heartbeat());
            return Learned.OLD;
        }
        for (Accusation accusation : beat.accused()) {
            if (accusation.subject() == own.id()
                    && accusation.generation() >= own.member().generation()) {
                own.heard(accusation.generation(), Long.MAX_VALUE);
            }
        }
        MemberTelling known = all.find(beat.id());
        if (known == null) {
            return Learned.UNKNOWN;
        }
        note(known, beat);
        if (Generation.start(beat.generation()) > known.member.start()) {
            // Of one that is gone, whose process nobody asks for, there is no more to know.
            return known.member.isFormer() && known.departure().isOver() ? Learned.OLD : Learned.UNKNOWN;
        }
        Member next = known.member.at(beat.generation(), beat.heartbeat());
        if (!next.newerThan(known.member)) {
            boolean isSame =
                    next.generation() == known.member.generation() && next.heartbeat() == known.member.heartbeat();
            if (isSame && known.standing.equals(Standing.UNKNOWN)) {
                // It was told of in full, without this.
                known.standing = beat.standing();
            }
            return Learned.OLD;
        }
        take(known, next, beat.accused(), beat.standing(), nowNanos);
        return Learned.NEWER;
    }

    private void note(MemberTelling known, Beat beat) {
        boolean wasOver = known.departure().isOver();
        known.note(beat);
        followDeparture(known, wasOver);
    }

    private void followDeparture(MemberTelling known, boolean wasOver) {
        hasNewDepartures |= !wasOver
                && others.find(known.member.id()) == null
                && known.departure().isOver();
    }

    private void take(
            MemberTelling known, Member next, List<Accusation> nextAccused, Standing standing, long nowNanos) {
        boolean isNews = next.generation() != known.member.generation()
                || !nextAccused.equals(known.accused)
                || standing.holdingVersion() != known.standing.holdingVersion()
                || standing.recordsHash() != known.standing.recordsHash();
        if (isNews) {
            known.newsAtNanos = nowNanos;
            known.isNews = true;
            news++;
        }
        known.member = next;
        known.accused = nextAccused;
        known.standing = standing;
        known.learnedAt = ++learned;
    }

    /** Takes in what a member holds; true if it is newer than what was known. */
    public boolean learn(HeldPartitions told) {
        MemberTelling known = all.find(told.id());
        if (known == null) {
            return false;
        }
        boolean wasOver = known.departure().isOver();
        boolean isNewer = known.hold(told);
        followDeparture(known, wasOver);
        return isNewer;
    }

    /** The newest telling of what a member holds; null: none has come. */
    public @Nullable HeldPartitions holding(long id) {
        if (id == own.id()) {
            return own.holding();
        }
        MemberTelling known = all.find(id);
        return known == null ? null : known.holding();
    }

    /**
     * Whether this node has seen a newer holding of a member than that one says it has: it has lost that, or another process
     * told of it in its name. Nobody would take anything that it says of what it holds.
     */
    public boolean knowsNewerHolding(Beat beat) {
        MemberTelling known = all.find(beat.id());
        HeldPartitions held = known == null ? null : known.holding();
        return held != null
                && !beat.standing().equals(Standing.UNKNOWN)
                && held.version() > beat.standing().holdingVersion();
    }

    /** Whether a member has told of a newer holding than this node has seen. */
    public boolean lacksHolding(long id) {
        MemberTelling known = all.find(id);
        return known != null && (known.lacksHolding() || (leaving.contains(id) && known.lacksSettledHolding()));
    }

    /** As of its newest beat; {@link Standing#UNKNOWN} where there was none in this life of it. */
    public Standing standing(long id) {
        if (id == own.id()) {
            return own.standing();
        }
        MemberTelling known = all.find(id);
        return known == null ? Standing.UNKNOWN : known.standing;
    }

    // --- change records ---

    /** True if any record is new. */
    public boolean learn(Collection<ChangeRecord> told) {
        return changes.addAll(told);
    }

    /** All that are known. */
    public ChangeLog changes() {
        return changes;
    }

    // --- the members ---

    /**
     * From now on these are none of the {@link #others}, and nobody else is: they are not told of, and neither judged nor
     * listened to where others are. What they have told, and tell, is known all the same.
     */
    public void leaveOut(Set<Long> gone) {
        for (MemberTelling told : all) {
            boolean isGone = gone.contains(told.member.id());
            boolean isOther = others.find(told.member.id()) != null;
            if (isGone && isOther) {
                others.remove(told);
                told.accusers = 0;
                told.isDown = false;
                news++;
            } else if (!isGone && !isOther) {
                others.insert(told);
                news++;
            }
        }
    }

    /** From now on these are those of the {@link #others} that are in no ring any more. */
    public void expect(Set<Long> left) {
        leaving = Set.copyOf(left);
    }

    /** All that was ever told of, this node among them, by id. */
    public List<Member> tellings() {
        return withSelf(all);
    }

    /** This node and the others, by id. */
    public List<Member> present() {
        return withSelf(others);
    }

    private List<Member> withSelf(TellingIndex told) {
        List<Member> members = members(told);
        members.add(own.member());
        members.sort((a, b) -> Long.compare(a.id(), b.id()));
        return members;
    }

    public List<Member> others() {
        return members(others);
    }

    private static List<Member> members(TellingIndex index) {
        List<Member> members = new ArrayList<>(index.size() + 1);
        for (MemberTelling told : index) {
            members.add(told.member);
        }
        return members;
    }

    /** Those that were left out, as they were: to be told to whoever does not know their names. */
    public List<Member> formers() {
        List<Member> formers = new ArrayList<>();
        for (MemberTelling told : all) {
            if (others.find(told.member.id()) == null) {
                formers.add(told.member.former());
            }
        }
        return formers;
    }

    // --- departures ---

    /** Whether another member has told that it holds nothing, and owed nothing since. */
    public boolean hasDeparted(long id) {
        MemberTelling told = all.find(id);
        return told != null && told.departure().isOver();
    }

    /** What is known of how these members have left. */
    public List<Departure> departures(Collection<Long> ids) {
        List<Departure> departures = new ArrayList<>();
        for (long id : ids) {
            MemberTelling told = all.find(id);
            if (told != null) {
                departures.add(told.departure());
            }
        }
        return departures;
    }

    /** Takes back what {@link #departures} had in an earlier life. Requires: the member is told of. */
    public void restore(Departure departure) {
        MemberTelling told = all.find(departure.id());
        if (told != null) {
            told.restore(departure);
        }
    }

    /** Whether more has become known of the departure of somebody who is left out; not of the same again. */
    public boolean takeNewDepartures() {
        boolean has = hasNewDepartures;
        hasNewDepartures = false;
        return has;
    }

    /** The beat that shows that a member which is left out is through with leaving; null: it is not, or that is not known. */
    public @Nullable Beat lastBeat(long id) {
        MemberTelling told = all.find(id);
        Departure departure = told == null || others.find(id) != null ? null : told.departure();
        return departure != null && departure.isOver() ? departure.beat() : null;
    }

    /** What to tell of a member to whoever asks; null: nothing is known. */
    public @Nullable Member telling(long id) {
        MemberTelling told = all.find(id);
        return told == null || others.find(id) != null ? member(id) : told.member.former();
    }

    public @Nullable Member member(long id) {
        if (id == own.id()) {
            return own.member();
        }
        MemberTelling told = all.find(id);
        return told == null ? null : told.member;
    }

    public @Nullable Member named(String name) {
        for (Member member : tellings()) {
            if (member.name().equals(name)) {
                return member;
            }
        }
        return null;
    }

    // --- beats to send ---

    /**
     * The beats to send, this node's own first: of all members where they are no more than {@code max}, else of a
     * {@link BeatChoice} of them.
     *
     * @param newsNanos how long a new member, generation or accusation counts as news
     */
    public List<Beat> beats(int max, long nowNanos, long newsNanos) {
        List<Beat> beats = new ArrayList<>(Math.min(max, others.size() + 1));
        beats.add(own.toBeat());
        if (others.size() < max) {
            others.forEach(told -> beats.add(told.beat()));
        } else {
            choice.addTo(beats, max, nowNanos, newsNanos);
        }
        return beats;
    }

    /**
     * Those of the members just told of, by another node, of which this node has a newer beat; of those that are gone, and
     * whom that one takes for members, the last one; and of those that are leaving, the last one by which they owed nothing:
     * the other one may have what is missing here.
     */
    public List<Beat> newerThan(List<Beat> theirs) {
        List<Beat> newer = new ArrayList<>();
        for (Beat beat : theirs) {
            MemberTelling known = all.find(beat.id());
            Beat last = lastBeat(beat.id());
            Beat settled = leaving.contains(beat.id()) && known != null ? known.settledBeat() : null;
            if (settled != null) {
                newer.add(settled);
            }
            if (last != null) {
                newer.add(last);
            } else if (known != null && known.member.isAbove(beat.generation(), beat.heartbeat())) {
                newer.add(known.beat());
            }
        }
        return newer;
    }

    // --- the verdict ---

    /** Counts the accusations that stand, and finds who is down; false: nothing has changed since the last time. */
    public boolean judge() {
        if (news == judgedNews) {
            return false;
        }
        judgedNews = news;
        verdict.judge(own.member(), own.accused());
        return true;
    }

    /** As of the last {@link #judge}: whether any accusation of its current generation stands. */
    public boolean isAccusedByAny(long id) {
        MemberTelling told = all.find(id);
        return told != null && told.accusers > 0;
    }

    /** As of the last {@link #judge}. */
    public boolean isDown(long id) {
        MemberTelling told = all.find(id);
        return told != null && told.isDown;
    }
}
