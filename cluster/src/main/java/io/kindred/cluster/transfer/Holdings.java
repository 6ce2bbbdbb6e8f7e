package io.kindred.cluster.transfer;

import io.kindred.cluster.membership.HeldPartitions;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the members have told of what they hold. */
public interface Holdings {
    /** Every member that was ever told of and may hold something; departed ones among them, forgotten ones not. */
    List<Long> members();

    /** Null: it is known from an earlier life of this node, and may hold what it ought to. Of a newcomer, nothing. */
    @Nullable
    HeldPartitions holding(long node);
}
