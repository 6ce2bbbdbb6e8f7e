package io.kindred.command;

import io.kindred.cluster.message.QuorumSpec;
import io.kindred.cluster.message.Reply;
import org.jspecify.annotations.Nullable;

/** R, W, PR and PW with their numbers. PR and PW may be 0, which asks for nothing more than R and W do. */
enum QuorumOption {
    R(1),
    W(1),
    PR(0),
    PW(0);

    private final int least;

    QuorumOption(int least) {
        this.least = least;
    }

    static @Nullable QuorumOption named(byte[] word) {
        for (QuorumOption option : values()) {
            if (option.name().equals(Ascii.upper(word))) {
                return option;
            }
        }
        return null;
    }

    /** What is wrong with the number, or null. */
    @Nullable
    Reply error(byte[] number, QuorumSpec quorum, Settings settings, ClusterPort cluster) {
        int most = quorum.global() ? cluster.replicasEverywhere() : settings.replicationN();
        boolean good = Numbers.isLong(number) && Numbers.toLong(number) >= least && Numbers.toLong(number) <= most;
        return good
                ? null
                : Reply.error("ERR " + name() + " must be from " + least + " to " + most
                        + ", the number of replicas (replication-n)"
                        + (quorum.global() ? " in all datacenters" : ""));
    }

    /** Requires: no {@link #error}. */
    QuorumSpec set(QuorumSpec quorum, byte[] number) {
        int n = (int) Numbers.toLong(number);
        return switch (this) {
            case R -> quorum.withR(n);
            case W -> quorum.withW(n);
            case PR -> new QuorumSpec(quorum.r(), quorum.w(), n, quorum.pw(), quorum.global());
            case PW -> new QuorumSpec(quorum.r(), quorum.w(), quorum.pr(), n, quorum.global());
        };
    }
}
