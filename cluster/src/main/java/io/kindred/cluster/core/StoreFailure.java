package io.kindred.cluster.core;

import io.kindred.cluster.message.Message.Verdict;

/** Why the storage engine could not do what was asked. */
public enum StoreFailure {
    /** There is no room; nothing was written. */
    FULL(Verdict.FULL),
    /**
     * It could not be done now: an IO error, no file handles, too much under way. Of a read nothing is known; the next one may
     * find what there is, so nothing may be put in its place.
     */
    FAILED(Verdict.FAILED),
    /** What is on the disk is not what was written: no later read will find it. */
    DAMAGED(Verdict.DAMAGED);

    private final Verdict verdict;

    StoreFailure(Verdict verdict) {
        this.verdict = verdict;
    }

    /** What other nodes are told. */
    Verdict verdict() {
        return verdict;
    }
}
