package io.kindred.cluster.message;

/**
 * How many answers a request waits for: {@code r} and {@code w} count any node that serves the key, {@code pr} and
 * {@code pw} its own replicas only. 0 stands for the cluster's default.
 *
 * @param global whether the replicas of all datacenters count, and not only those of the one that the request came to
 */
public record QuorumSpec(int r, int w, int pr, int pw, boolean global) {
    public static final QuorumSpec DEFAULT = new QuorumSpec(0, 0, 0, 0);

    /** Of one datacenter. */
    public QuorumSpec(int r, int w, int pr, int pw) {
        this(r, w, pr, pw, false);
    }

    public QuorumSpec withR(int n) {
        return new QuorumSpec(n, w, pr, pw, global);
    }

    public QuorumSpec withW(int n) {
        return new QuorumSpec(r, n, pr, pw, global);
    }

    public QuorumSpec withScope(boolean all) {
        return new QuorumSpec(r, w, pr, pw, all);
    }
}
