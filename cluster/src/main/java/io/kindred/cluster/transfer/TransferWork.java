package io.kindred.cluster.transfer;

import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** What transfers have others do. */
public interface TransferWork {
    /** How an exchange has ended. */
    interface Exchanged {
        /**
         * @param equal the partitions that are equal by now
         * @param uncounted those of them in which the peer does not count: it may lack what it should have met
         * @param emptied others of which it has nothing left: it has given the owners whatever it had
         */
        void ended(Set<Integer> equal, Set<Integer> uncounted, Set<Integer> emptied);
    }

    /**
     * Makes these partitions equal here and at the peer.
     *
     * @param isTaking it is enough to have all that the peer has, where it takes no more of them
     */
    void exchange(long peer, Collection<Integer> partitions, boolean isTaking, Exchanged told);

    /** Notes {@link TransferCluster#formers} of a partition; tells when they are on the disk for good. */
    void await(int partition, List<Long> formers, Consumer<Boolean> told);

    /** Deletes all records of a partition that is not kept here any more; true: there are none left. */
    void delete(int partition, Consumer<Boolean> done);

    /** What this node holds has changed. */
    void changed();

    /** Whether what is here of a partition is being rid of what others have settled since. */
    boolean isPurging(int partition);

    /** There are no more records of a partition here. */
    void emptied(int partition);

    /** Tells the operator. */
    void note(String line);
}
