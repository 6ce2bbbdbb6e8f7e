package io.kindred.cluster.core;

import io.kindred.cluster.membership.ChangeRecord;
import io.kindred.cluster.membership.CompactedRecords;
import io.kindred.cluster.membership.HeldPartitions;
import io.kindred.cluster.membership.Member;
import io.kindred.cluster.membership.MembershipView;
import io.kindred.cluster.membership.Status;
import io.kindred.cluster.quorum.Clocks;
import io.kindred.cluster.transfer.Holdings;
import io.kindred.cluster.transfer.OwnPartitions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The members as the change records have them: who is in a ring, who leaves it, who was forgotten, and what each holds. */
final class RingRoster implements Holdings, Joining.Members {
    private final MembershipView view;
    private final MemberWatch watch;
    private final RingRouter router;
    private final OwnPartitions own;
    private final Clocks clocks;
    /** Known from an earlier life: until they have told, they hold what they ought to. */
    private final TreeSet<Long> remembered = new TreeSet<>();
    /** By subject, the last record that took it out of the ring or put it in. */
    private final TreeMap<Long, ChangeRecord> standing = new TreeMap<>();
    /** Asked for with every request, so not found anew each time. */
    private final TreeSet<Long> castOut = new TreeSet<>();
    /** Those that were in a ring and are in none any more. */
    private final List<Long> outside = new ArrayList<>();

    RingRoster(MembershipView view, MemberWatch watch, RingRouter router, OwnPartitions own, Clocks clocks) {
        this.view = view;
        this.watch = watch;
        this.router = router;
        this.own = own;
        this.clocks = clocks;
    }

    /** An earlier life knew this member. */
    void remember(Member member) {
        remembered.add(member.id());
    }

    /** There are other change records than before. To be called before the ring is folded. */
    void readRecords() {
        standing.clear();
        standing.putAll(CompactedRecords.standing(view.changes().known()));
    }

    /** The ring has been folded from them. */
    void followRing() {
        castOut.clear();
        outside.clear();
        for (long id : standing.keySet()) {
            if (isForgotten(id) && !isInRing(id)) {
                castOut.add(id);
            }
            if (id != view.self().id() && !isInRing(id)) {
                outside.add(id);
            }
        }
    }

    /** Members that were in a ring and are in none any more, without this one. */
    List<Long> outside() {
        return outside;
    }

    /** Those of them that are through with leaving: nothing is left to be had from them. */
    Set<Long> departed() {
        Set<Long> departed = new TreeSet<>(outside);
        departed.removeIf(this::isLeaving);
        return departed;
    }

    boolean hasDeparted(long id) {
        return outside.contains(id) && !isLeaving(id);
    }

    /** Whether a change record has ever put a node into a ring, or taken it out. */
    boolean hasRecordOf(long id) {
        return standing.containsKey(id);
    }

    Status status(long id) {
        if (!router.hasNode(id)) {
            return isLeaving(id) ? Status.LEAVING : Status.JOINING;
        }
        HeldPartitions held = holding(id);
        return held != null && !held.hasJoined() ? Status.JOINING : watch.status(id);
    }

    @Override
    public Member self() {
        return view.self();
    }

    boolean isInRing(long id) {
        return router.hasNode(id);
    }

    @Override
    public boolean answers(long id) {
        return watch.status(id) == Status.UP;
    }

    @Override
    public boolean isListed(long id) {
        return router.hasNode(id) || isLeaving(id);
    }

    private boolean isLeaving(long id) {
        ChangeRecord last = standing.get(id);
        if (last == null || last.kind() != ChangeRecord.Kind.LEAVE || router.hasNode(id)) {
            return false;
        }
        if (id == view.self().id()) {
            return own.told() == null
                    || own.told().holdsAny()
                    || view.own().standing().oldestDebtStamp() != Long.MAX_VALUE;
        }
        Member member = view.member(id);
        return (member == null || !member.isFormer()) && !view.hasDeparted(id);
    }

    /** Whether a node was forgotten, or another took its place. */
    boolean isForgotten(long id) {
        ChangeRecord last = standing.get(id);
        return last != null
                && (last.kind() == ChangeRecord.Kind.FORGET
                        || (last.kind() == ChangeRecord.Kind.REPLACE && last.other() == id));
    }

    /**
     * Whether a node was forgotten or replaced, so that nothing of what it still has is taken: by now that may be what was
     * deleted. (The last node of all stays, whoever has forgotten it.)
     */
    boolean isCastOut(long id) {
        return !castOut.isEmpty() && castOut.contains(id);
    }

    boolean isSelfCastOut() {
        return isCastOut(view.self().id());
    }

    @Override
    public boolean hasLeft(long id) {
        return standing.containsKey(id) && !router.hasNode(id);
    }

    @Override
    public @Nullable Member named(String name) {
        Member found = null;
        for (Member member : view.tellings()) {
            if (member.name().equals(name) && (found == null || isListed(member.id()))) {
                found = member;
            }
        }
        return found;
    }

    /** Those that are in a ring or on their way into or out of it, and this one unless it has left. */
    List<Member> listed() {
        List<Member> listed = new ArrayList<>();
        for (Member member : view.tellings()) {
            if (isListed(member.id()) || (member.id() == view.self().id() && !hasLeft(member.id()))) {
                listed.add(member);
            }
        }
        return listed;
    }

    @Override
    public List<Long> members() {
        List<Long> holders = new ArrayList<>();
        for (Member member : view.tellings()) {
            if (!isForgotten(member.id())) {
                holders.add(member.id());
            }
        }
        return holders;
    }

    @Override
    public @Nullable HeldPartitions holding(long node) {
        if (node == view.self().id()) {
            return own.told();
        }
        HeldPartitions told = view.holding(node);
        return told != null || remembered.contains(node)
                ? told
                : new HeldPartitions(node, HeldPartitions.NONE, false, new long[0]);
    }

    /** Whether all members that count have shown that they have the change records of this hash. */
    boolean allHaveShown(long recordsHash) {
        long self = view.self().id();
        for (long id : standing.keySet()) {
            if (id != self && isListed(id) && view.standing(id).recordsHash() != recordsHash) {
                return false;
            }
        }
        return true;
    }

    /**
     * Above the stamps of all records that are known here, one of a clock far ahead among them: an answer to what they say
     * has to be folded behind them.
     */
    @Override
    public long nextRecordStamp() {
        return clocks.above(clocks.nextStamp(), view.changes().lastStamp());
    }
}
