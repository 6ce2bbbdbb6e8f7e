package io.kindred.cluster.membership;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The newest telling of one other member, and what {@link Verdict} makes of what all say of it. */
final class Told {
    Member member;
    List<Accusation> accused = List.of();
    Standing standing = Standing.UNKNOWN;

    @Nullable
    Holding holding;
    /** When {@link MembershipView}'s count of what it has learned stood at this, its heartbeat was heard of. */
    long learnedAt;
    /** The same for its generation or its accusations. */
    long newsAtNanos;

    boolean isNews = true;

    /** The start that was known before this one; 0: none. */
    long formerStart;

    int accusers;
    boolean isAccusedHere;
    boolean isDown;

    Told(Member member, long nowNanos) {
        this.member = member;
        this.newsAtNanos = nowNanos;
    }

    Beat beat() {
        return new Beat(member.id(), member.generation(), member.heartbeat(), accused, standing);
    }
}
