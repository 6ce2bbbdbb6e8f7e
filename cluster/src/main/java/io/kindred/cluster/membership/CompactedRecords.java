package io.kindred.cluster.membership;

import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What is left of the change records up to a stamp, once every member has them: the hashes that they had, so that those
 * who dropped them and those who have them still tell the same of themselves, and the last word on each member.
 *
 * <p>Of two the one with the higher stamp counts, so that all nodes end with the same one, whoever made it.
 *
 * @param stamp no record at or below it is taken any more
 * @param count how many records there were
 * @param hash of all of them
 * @param bucketHashes the same of each bucket
 * @param standing of each member that was ever spoken of the last record that put it into a ring or took it out, in their
 *     order: a member that is gone stays gone
 */
public record CompactedRecords(
        long stamp, long count, long hash, List<Long> bucketHashes, List<ChangeRecord> standing) {
    public static final CompactedRecords NONE =
            new CompactedRecords(0, 0, 0, Collections.nCopies(ChangeLog.BUCKETS, 0L), List.of());

    public CompactedRecords {
        bucketHashes = List.copyOf(bucketHashes);
        standing = List.copyOf(standing);
    }

    public boolean isNone() {
        return count == 0;
    }

    /** Whether a record is one of these, or one that came too late to be. */
    boolean covers(ChangeRecord record) {
        return !isNone() && record.stamp() <= stamp;
    }

    /** Whether it counts more than that of such a stamp and hash. */
    public boolean isAbove(long otherStamp, long otherHash) {
        return !isNone() && (stamp != otherStamp ? stamp > otherStamp : Long.compareUnsigned(hash, otherHash) > 0);
    }

    /** Whether it has as many buckets as records are told apart by; what comes from elsewhere may have any number. */
    public boolean isWhole() {
        return bucketHashes.size() == ChangeLog.BUCKETS && count > 0;
    }

    /** By member, the last of these records that put it into a ring or took it out. */
    public static TreeMap<Long, ChangeRecord> standing(Collection<ChangeRecord> inOrder) {
        TreeMap<Long, ChangeRecord> standing = new TreeMap<>();
        for (ChangeRecord record : inOrder) {
            if (record.kind() != ChangeRecord.Kind.WEIGHT) {
                standing.put(record.subject(), record);
            }
            if (record.kind() == ChangeRecord.Kind.REPLACE && record.other() != record.subject()) {
                standing.put(record.other(), record);
            }
        }
        return standing;
    }

    static List<ChangeRecord> lastOf(Collection<ChangeRecord> inOrder) {
        return List.copyOf(new TreeSet<>(standing(inOrder).values()));
    }
}
