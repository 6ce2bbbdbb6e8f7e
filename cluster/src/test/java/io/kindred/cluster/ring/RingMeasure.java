package io.kindred.cluster.ring;

import java.util.Locale;

/** How evenly a ring is shared, and how much of it moves from one ring to the next. */
record RingMeasure(double primaryOff, double replicaOff, int partitionsOff, int copiesOff) {

    static final int N = 3;

    /** Off: the largest distance of a node's load from its fair share, as a part of that share. */
    static RingMeasure of(Ring ring) {
        double[] shares = Shares.of(ring.members());
        double[] held = Shares.held(shares);
        int[] replicas = new int[ring.members().size()];
        for (int p = 0; p < ring.partitions(); p++) {
            for (long id : ring.preferenceList(p, N).ids()) {
                replicas[ring.indexOf(id)]++;
            }
        }
        double primaryOff = 0;
        double replicaOff = 0;
        double partitionsOff = 0;
        double copiesOff = 0;
        for (int i = 0; i < replicas.length; i++) {
            RingMember member = ring.members().get(i);
            double fair = ring.partitions() * shares[i];
            double away = Math.abs(ring.owned(member.nodeId()) - fair);
            primaryOff = Math.max(primaryOff, away / fair);
            partitionsOff = Math.max(partitionsOff, away);
            double fairReplicas = ring.partitions() * held[i];
            double copiesAway = Math.abs(replicas[i] - fairReplicas);
            replicaOff = Math.max(replicaOff, copiesAway / fairReplicas);
            copiesOff = Math.max(copiesOff, copiesAway);
        }
        return new RingMeasure(primaryOff, replicaOff, (int) Math.ceil(partitionsOff), (int) Math.ceil(copiesOff));
    }

    /** Partitions whose owner differs. */
    static int primariesMoved(Ring before, Ring after) {
        int moved = 0;
        for (int p = 0; p < before.partitions(); p++) {
            moved += before.owner(p) == after.owner(p) ? 0 : 1;
        }
        return moved;
    }

    /** Replicas that stand on a node that did not hold the partition before. */
    static int replicasMoved(Ring before, Ring after) {
        int moved = 0;
        for (int p = 0; p < before.partitions(); p++) {
            PreferenceList old = before.preferenceList(p, N);
            for (long id : after.preferenceList(p, N).ids()) {
                moved += old.contains(id) ? 0 : 1;
            }
        }
        return moved;
    }

    String line() {
        return String.format(
                Locale.ROOT,
                "primary off %5.1f%% (%d)  replica off %5.1f%%",
                100 * primaryOff,
                partitionsOff,
                100 * replicaOff);
    }
}
