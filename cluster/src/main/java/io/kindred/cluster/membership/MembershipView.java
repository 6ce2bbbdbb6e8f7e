package io.kindred.cluster.membership;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What this node knows of the members: their newest tellings, when each was last heard of, and every change record.
 *
 * <p>Tellings and records only accumulate, so that two views become equal by exchanging what they have, in any order.
 */
public final class MembershipView {
    /** How long a node whose answer was overdue is left alone, if nothing else is heard of it. */
    private static final long LATE_NANOS = 1_000_000_000L;

    private final long suspectAfterNanos;
    /** By node id, in its order. */
    private final TreeMap<Long, Heard> members = new TreeMap<>();

    private final TreeSet<ChangeRecord> records = new TreeSet<>();
    private Member self;

    private static final class Heard {
        Member member;
        long atNanos;
        boolean lost;
        boolean late;
        long lateAtNanos;
        boolean wasUp;

        Heard(Member member, long atNanos) {
            this.member = member;
            this.atNanos = atNanos;
        }
    }

    public MembershipView(Member self, long suspectAfterNanos) {
        this.self = self;
        this.suspectAfterNanos = suspectAfterNanos;
    }

    public Member self() {
        return self;
    }

    /** Raises this node's own heartbeat. */
    public void beat() {
        self = self.beat();
    }

    /** Takes in what was told of a member; true if it is new, or its address or process is. */
    public boolean learn(Member told, long nowNanos) {
        if (told.id() == self.id()) {
            return false;
        }
        Heard heard = members.get(told.id());
        if (heard == null) {
            members.put(told.id(), new Heard(told, nowNanos));
            return true;
        }
        if (!told.newerThan(heard.member)) {
            return false;
        }
        boolean moved = told.generation() != heard.member.generation();
        heard.member = told;
        heard.atNanos = nowNanos;
        return moved;
    }

    /** True if any record is new. */
    public boolean learn(Collection<ChangeRecord> told) {
        return records.addAll(told);
    }

    /** In the order in which they are folded. */
    public List<ChangeRecord> records() {
        return List.copyOf(records);
    }

    /** The node that has taken another's place by a replacement, or that one itself. */
    public long heirOf(long id) {
        long heir = id;
        for (ChangeRecord record : records) {
            if (record.kind() == ChangeRecord.Kind.REPLACE && record.other() == heir) {
                heir = record.subject();
            }
        }
        return heir;
    }

    /** This node's own telling among them, by id. */
    public List<Member> tellings() {
        List<Member> all = new ArrayList<>(members.size() + 1);
        all.add(self);
        members.values().forEach(heard -> all.add(heard.member));
        all.sort((a, b) -> Long.compare(a.id(), b.id()));
        return all;
    }

    public List<Member> others() {
        List<Member> others = new ArrayList<>(members.size());
        members.values().forEach(heard -> others.add(heard.member));
        return others;
    }

    public @Nullable Member member(long id) {
        if (id == self.id()) {
            return self;
        }
        Heard heard = members.get(id);
        return heard == null ? null : heard.member;
    }

    public @Nullable Member named(String name) {
        for (Member member : tellings()) {
            if (member.name().equals(name)) {
                return member;
            }
        }
        return null;
    }

    public void connected(long id) {
        Heard heard = members.get(id);
        if (heard != null) {
            heard.lost = false;
        }
    }

    public void lost(long id) {
        Heard heard = members.get(id);
        if (heard != null) {
            heard.lost = true;
        }
    }

    /** An answer of this node is overdue. */
    public void late(long id, long nowNanos) {
        Heard heard = members.get(id);
        if (heard != null) {
            heard.late = true;
            heard.lateAtNanos = nowNanos;
        }
    }

    public void answered(long id) {
        Heard heard = members.get(id);
        if (heard != null) {
            heard.late = false;
        }
    }

    /** Whether to expect answers from this node: the coordinator's own view, which reacts at once. */
    public boolean isReachable(long id, long nowNanos) {
        if (id == self.id()) {
            return true;
        }
        Heard heard = members.get(id);
        return heard != null && !(heard.late && nowNanos - heard.lateAtNanos < LATE_NANOS) && !isGone(id, nowNanos);
    }

    /** Whether it is suspected, or its connection is lost. */
    public boolean isGone(long id, long nowNanos) {
        if (id == self.id()) {
            return false;
        }
        Heard heard = members.get(id);
        return heard == null || heard.lost || nowNanos - heard.atNanos > suspectAfterNanos;
    }

    public Status status(long id, boolean inRing, long nowNanos) {
        if (!inRing) {
            return Status.JOINING;
        }
        return isReachable(id, nowNanos) ? Status.UP : Status.SUSPECT;
    }

    /** The members whose state differs from what the last call saw, each with whether it is now reachable. */
    public List<Member> changedSince(long nowNanos) {
        List<Member> changed = new ArrayList<>();
        for (Heard heard : members.values()) {
            boolean up = isReachable(heard.member.id(), nowNanos);
            if (up != heard.wasUp) {
                heard.wasUp = up;
                changed.add(heard.member);
            }
        }
        return changed;
    }
}
