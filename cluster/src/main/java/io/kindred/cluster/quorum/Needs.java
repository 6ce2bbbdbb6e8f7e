package io.kindred.cluster.quorum;

/**
 * How many answers a request waits for.
 *
 * @param all of its places, stand-ins among them (R or W)
 * @param own of the key's own replicas (PR or PW)
 */
record Needs(int all, int own) {
    /** Of an update: a majority of the own replicas at least. Beyond that, stand-ins count for those that are gone. */
    Needs exact(int replicas) {
        int majority = replicas / 2 + 1;
        return new Needs(Math.max(all, majority), Math.max(own, majority));
    }

    /** Where some of the places are nobody's: neither a writer nor a reader meets anyone there. */
    Needs without(int places) {
        return places == 0 ? this : new Needs(Math.max(0, all - places), Math.max(0, own - places));
    }
}
