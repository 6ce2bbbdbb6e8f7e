package io.kindred.cluster.membership;

import java.util.List;

/**
 * The part of a member's telling that changes all the time. The member alone writes it; (generation, heartbeat) is its
 * version, so whatever way it comes the newest wins.
 *
 * @param accused whom this member accuses, at most {@link #ACCUSED_MAX}
 */
public record Beat(long id, long generation, long heartbeat, List<Accusation> accused, Standing standing) {
    public static final int ACCUSED_MAX = 16;
}
