package io.kindred.cluster.antientropy;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * One attempt of a node to raise the reap marks of partitions that it owns.
 *
 * <p>This node exchanges each partition with all of its other owners, and then once more. After the first time it has all
 * that any of them had when the round began; after the second they all have. What is still on its way by then (a read
 * repair, a message that is sent again) arrives while the round waits; only then is the partition proven. The caller
 * ends the round as soon as a member is away, owes something that is older than the mark, or the ring changes.
 */
public final class ReapRound {
    /** What the marks are to become. */
    public final long mark;

    private final long waitNanos;
    private final TreeMap<Integer, Proof> proofs = new TreeMap<>();

    private static final class Proof {
        final List<Long> others;
        final TreeSet<Long> left;
        boolean isSecond;
        /** Exchanges that began earlier do not count. */
        long sinceNanos;

        Proof(List<Long> others, long sinceNanos) {
            this.others = others;
            this.left = new TreeSet<>(others);
            this.sinceNanos = sinceNanos;
        }
    }

    /** @param waitNanos how long anything may be on its way, and until nobody forgets any more what it has taken */
    public ReapRound(long mark, long waitNanos) {
        this.mark = mark;
        this.waitNanos = waitNanos;
    }

    /** @param others the partition's other owners */
    public void add(int partition, List<Long> others, long nowNanos) {
        proofs.put(partition, new Proof(others, nowNanos));
    }

    /** Partitions that are neither proven nor given up. */
    public int size() {
        return proofs.size();
    }

    /** Partitions are equal here and at a peer, as they were at {@code begunNanos}. */
    public void compared(long peer, long begunNanos, Set<Integer> partitions, long nowNanos) {
        for (int partition : partitions) {
            Proof proof = proofs.get(partition);
            if (proof != null
                    && begunNanos - proof.sinceNanos >= 0
                    && proof.left.remove(peer)
                    && proof.left.isEmpty()) {
                if (!proof.isSecond) {
                    proof.isSecond = true;
                    proof.left.addAll(proof.others);
                }
                proof.sinceNanos = nowNanos;
            }
        }
    }

    /** Takes the partitions whose marks may rise now. */
    public List<Integer> takeProven(long nowNanos) {
        List<Integer> proven = new ArrayList<>();
        proofs.forEach((partition, proof) -> {
            if (proof.left.isEmpty() && nowNanos - proof.sinceNanos >= waitNanos) {
                proven.add(partition);
            }
        });
        proven.forEach(proofs::remove);
        return proven;
    }
}
