package io.kindred.cluster.ring;

/**
 * The walk clockwise from a partition to the nodes that hold it: first one node of each zone that it meets, then the
 * nodes passed over, each in the order of the walk.
 *
 * <p>It sees the owners as they are at each walk, so that one instance serves while they change. What a walk found is
 * good until the next.
 */
final class Walk {

    private final int[] owners;
    private final int[] zones;
    private final int zonesWanted;
    private final int[] picked;
    private final int[] passed;
    private int pickedSize;
    private int passedSize;
    private int steps;

    /** Over owners that the caller keeps. {@code zones} numbers each member's zone from 0. */
    Walk(int[] owners, int[] zones, int zoneCount, int copies) {
        this.owners = owners;
        this.zones = zones;
        this.zonesWanted = Math.min(copies, zoneCount);
        this.picked = new int[Math.min(copies, zones.length)];
        this.passed = new int[picked.length];
    }

    /** Walks from that partition. Returns how many nodes it found. */
    int from(int partition) {
        pickedSize = 0;
        passedSize = 0;
        for (steps = 0; steps < owners.length && !enough(); steps++) {
            int owner = owners[(partition + steps) & (owners.length - 1)];
            if (owner == Ring.NOBODY || contains(picked, pickedSize, owner) || contains(passed, passedSize, owner)) {
                continue;
            }
            if (!zoneTaken(owner)) {
                picked[pickedSize++] = owner;
            } else if (passedSize < passed.length) {
                passed[passedSize++] = owner;
            }
        }
        return Math.min(picked.length, pickedSize + passedSize);
    }

    /** The index of the member at that place among those found. */
    int member(int place) {
        return place < pickedSize ? picked[place] : passed[place - pickedSize];
    }

    /** How many partitions the walk looked at: no other's owner has a part in what it found. */
    int steps() {
        return steps;
    }

    private boolean enough() {
        return pickedSize == picked.length || (pickedSize == zonesWanted && pickedSize + passedSize >= picked.length);
    }

    private boolean zoneTaken(int owner) {
        for (int i = 0; i < pickedSize; i++) {
            if (zones[picked[i]] == zones[owner]) {
                return true;
            }
        }
        return false;
    }

    private static boolean contains(int[] indices, int size, int wanted) {
        for (int i = 0; i < size; i++) {
            if (indices[i] == wanted) {
                return true;
            }
        }
        return false;
    }
}
