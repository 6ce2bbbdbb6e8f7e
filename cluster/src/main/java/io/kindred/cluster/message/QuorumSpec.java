package io.kindred.cluster.message;

/**
 * How many answers a request waits for: {@code r} and {@code w} count any node that serves the key, {@code pr} and
 * {@code pw} its own replicas only. 0 stands for the cluster's default.
 */
public record QuorumSpec(int r, int w, int pr, int pw) {
    public static final QuorumSpec DEFAULT = new QuorumSpec(0, 0, 0, 0);

    public QuorumSpec withR(int n) {
        return new QuorumSpec(n, w, pr, pw);
    }

    public QuorumSpec withW(int n) {
        return new QuorumSpec(r, n, pr, pw);
    }
}
