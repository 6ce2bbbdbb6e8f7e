package io.kindred.cluster.ring;

import java.util.Arrays;
import java.util.List;

/** Which members hold each partition, found anew where the owners change. */
final class ReplicaTable {

    /**
     * Partitions that a walk may look at, on average, for its ring to be looked at as a whole. Longer walks mean nodes
     * so much heavier than the rest that their order is no matter, or members that own nothing.
     */
    private static final int REACH_MAX = 512;

    private final Walk walk;
    /** Per partition {@link Shares#COPIES} places, in the order of the walk; {@link Ring#NOBODY} where it found less. */
    private final int[] members;
    /** Per partition how many partitions its walk looked at. */
    private final int[] reach;

    private long stepsAll;

    /** Over owners that the caller keeps. Requires: call {@link #findAll} first. */
    ReplicaTable(List<RingMember> members, int[] owners) {
        int[] zones = Ring.zonesOf(members);
        this.walk = new Walk(owners, zones, Arrays.stream(zones).max().orElse(-1) + 1, Shares.COPIES);
        this.members = new int[owners.length * Shares.COPIES];
        this.reach = new int[owners.length];
    }

    /** False, and all is left unfinished, where the walks are too long. */
    boolean findAll() {
        for (int partition = 0; partition < reach.length; partition++) {
            find(partition);
            if (stepsAll > (long) REACH_MAX * reach.length) {
                return false;
            }
        }
        return true;
    }

    void find(int partition) {
        int found = walk.from(partition);
        for (int place = 0; place < Shares.COPIES; place++) {
            members[partition * Shares.COPIES + place] = place < found ? walk.member(place) : Ring.NOBODY;
        }
        reach[partition] = walk.steps();
        stepsAll += walk.steps();
    }

    /** The member at that place, or {@link Ring#NOBODY}. */
    int at(int partition, int place) {
        return members[partition * Shares.COPIES + place];
    }

    boolean holds(int partition, int member) {
        for (int place = 0; place < Shares.COPIES; place++) {
            if (at(partition, place) == member) {
                return true;
            }
        }
        return false;
    }

    /** Whether the walk from {@code partition} looks at the one that far ahead of it. */
    boolean reaches(int partition, int distance) {
        return reach[partition] > distance;
    }

    /** The work done so far: partitions that all walks together looked at. */
    long stepsAll() {
        return stepsAll;
    }

    /** Renames the members found, from one ring's indices to another's. */
    void renumber(int[] indices) {
        Arrays.setAll(members, i -> members[i] == Ring.NOBODY ? Ring.NOBODY : indices[members[i]]);
    }
}
