package io.kindred.cluster.membership;

import java.util.List;

/**
 * Who is down, by what the members say of each other.
 *
 * <p>A member is <em>down</em> where accusations of its current generation stand from two members, or from one where
 * there are only two. The word of a member that this node accuses itself does not count, nor that of one that is down,
 * nor that of a member of another datacenter, except about its own: what that one cannot reach may be the long link.
 */
final class Verdict {
    /** How many must agree that a member is down. */
    private static final int ACCUSERS_MIN = 2;

    private final TellingIndex others;

    Verdict(TellingIndex others) {
        this.others = others;
    }

    /**
     * Counts the accusations that stand, and notes in each {@link MemberTelling} what follows.
     *
     * @param accused by this node
     */
    void judge(Member self, List<Accusation> accused) {
        for (MemberTelling told : others) {
            told.isAccusedHere = isAccused(told.member.id(), accused);
            told.isDown = false;
        }
        // Once more without the word of those that are down: the dead do not testify, and two halves that accuse each
        // other cancel out for whoever has no view of his own.
        for (int round = 0; round < 2; round++) {
            count(self, accused);
            for (MemberTelling told : others) {
                told.isDown = isAgreed(told, self);
            }
        }
    }

    private static boolean isAccused(long id, List<Accusation> accused) {
        for (Accusation accusation : accused) {
            if (accusation.subject() == id) {
                return true;
            }
        }
        return false;
    }

    private void count(Member self, List<Accusation> accused) {
        for (MemberTelling told : others) {
            told.accusers = 0;
        }
        accused.forEach(accusation -> count(self, accusation, self));
        for (MemberTelling told : others) {
            if (!told.isAccusedHere && !told.isDown) {
                told.accused.forEach(accusation -> count(told.member, accusation, self));
            }
        }
    }

    private void count(Member accuser, Accusation accusation, Member self) {
        MemberTelling subject = others.find(accusation.subject());
        if (subject != null
                && accusation.generation() >= subject.member.generation()
                && isHeard(accuser, subject.member, self)) {
            subject.accusers++;
        }
    }

    private static boolean isHeard(Member accuser, Member subject, Member self) {
        return accuser.datacenter().equals(self.datacenter())
                || accuser.datacenter().equals(subject.datacenter());
    }

    private boolean isAgreed(MemberTelling told, Member self) {
        return told.accusers > 0 && told.accusers >= Math.min(ACCUSERS_MIN, witnesses(told, self));
    }

    /** Up to as many as are needed. */
    private int witnesses(MemberTelling subject, Member self) {
        int count = 1;
        for (int i = 0; i < others.size() && count < ACCUSERS_MIN; i++) {
            MemberTelling other = others.at(i);
            count += other != subject && isHeard(other.member, subject.member, self) ? 1 : 0;
        }
        return count;
    }
}
