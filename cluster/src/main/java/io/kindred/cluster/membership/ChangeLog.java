package io.kindred.cluster.membership;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;

/**
 * Every change record that a node knows. They only accumulate, so two logs become equal by exchanging what they have.
 *
 * <p>Those that all members have are dropped ({@link #compact}); what is left of them is in {@link CompactedRecords}. The
 * hashes are of all that there ever were, so dropping changes none of them, and each node may drop when it likes.
 *
 * <p>Equality is told by one number. Where it differs, a number for each of {@link #BUCKETS} buckets narrows down what
 * the other lacks, so that an exchange costs what differs and not what there is.
 */
public final class ChangeLog {
    static final int BUCKETS = 64;

    private static final int BUCKET_BITS = Integer.numberOfTrailingZeros(BUCKETS);

    private CompactedRecords compacted = CompactedRecords.NONE;
    /** Those since. */
    private final TreeSet<ChangeRecord> records = new TreeSet<>();

    private final long[] bucketHashes = new long[BUCKETS];
    private long hash;
    /** Of the records that are on this node's disk, which is what it tells others that it knows. */
    private long storedHash;

    private int turns;

    /** True if any is new. One that comes too late, at or below the stamp of what was compacted, is not taken. */
    public boolean addAll(Collection<ChangeRecord> told) {
        boolean news = false;
        for (ChangeRecord record : told) {
            if (!compacted.covers(record) && records.add(record)) {
                toggle(record);
                news = true;
            }
        }
        return news;
    }

    private void toggle(ChangeRecord record) {
        long hashed = hash(record);
        hash ^= hashed;
        bucketHashes[bucket(hashed)] ^= hashed;
    }

    /** Those that are not compacted, in the order in which they are folded. */
    public List<ChangeRecord> all() {
        return List.copyOf(records);
    }

    /** Of all that were compacted the last on each member, and then all others. */
    public List<ChangeRecord> known() {
        List<ChangeRecord> known = new ArrayList<>(compacted.standing());
        known.addAll(records);
        return known;
    }

    /** The highest there is; 0 where there is no record. */
    public long lastStamp() {
        return records.isEmpty() ? compacted.stamp() : records.last().stamp();
    }

    public boolean isEmpty() {
        return records.isEmpty() && compacted.isNone();
    }

    /** The node that has taken another's place by a replacement, or that one itself. */
    public long heirOf(long id) {
        long heir = id;
        for (ChangeRecord record : known()) {
            if (record.kind() == ChangeRecord.Kind.REPLACE && record.other() == heir) {
                heir = record.subject();
            }
        }
        return heir;
    }

    // --- compaction ---

    /** What is left of those that were compacted. */
    public CompactedRecords compacted() {
        return compacted;
    }

    /** How many are not compacted, and above this stamp. */
    public int countAbove(long stamp) {
        int count = 0;
        for (ChangeRecord record : records.descendingSet()) {
            if (record.stamp() <= stamp) {
                break;
            }
            count++;
        }
        return count;
    }

    /** How many are not compacted. */
    public int size() {
        return records.size();
    }

    /** What would be left of those up to this stamp. Requires: none above it is compacted. */
    public CompactedRecords upTo(long stamp) {
        ChangeLog below = new ChangeLog();
        below.begin(compacted);
        List<ChangeRecord> added = new ArrayList<>();
        for (ChangeRecord record : records) {
            if (record.stamp() <= stamp) {
                added.add(record);
            }
        }
        below.addAll(added);
        return new CompactedRecords(
                stamp,
                compacted.count() + added.size(),
                below.hash,
                below.bucketHashes(),
                CompactedRecords.lastOf(below.known()));
    }

    /** Whether the records up to its stamp are the same here. */
    public boolean isOfTheSame(CompactedRecords other) {
        CompactedRecords own = upTo(other.stamp());
        return own.hash() == other.hash() && own.count() == other.count();
    }

    /** Keeps this in place of all records up to its stamp, whatever they are. */
    public void compact(CompactedRecords to) {
        List<ChangeRecord> since = all();
        begin(to);
        addAll(since);
    }

    private void begin(CompactedRecords from) {
        compacted = from;
        records.clear();
        hash = from.hash();
        for (int bucket = 0; bucket < BUCKETS; bucket++) {
            bucketHashes[bucket] = from.bucketHashes().get(bucket);
        }
    }

    // --- what is on the disk ---

    /** The records of this hash are. */
    public void stored(long recordsHash) {
        storedHash = recordsHash;
    }

    /** Whether all are. */
    public boolean isStored() {
        return storedHash == hash;
    }

    long storedHash() {
        return storedHash;
    }

    // --- comparing ---

    /** Equal on two nodes with the same records. */
    public long hash() {
        return hash;
    }

    /** What to send to another node to be told the records that it has and this one has not. */
    public List<Long> bucketHashes() {
        List<Long> hashes = new ArrayList<>(BUCKETS);
        for (long each : bucketHashes) {
            hashes.add(each);
        }
        return hashes;
    }

    /** Some of the records of the buckets that are not as another node's; where there are more, others the next time. */
    public List<ChangeRecord> differing(List<Long> theirHashes, int max) {
        return differing(theirHashes, max, turns++ * max);
    }

    /**
     * Records of the buckets that are not as another node's.
     *
     * @param turn which of them come first where there are more than {@code max}: any number, another each time
     */
    List<ChangeRecord> differing(List<Long> theirHashes, int max, int turn) {
        if (theirHashes.size() != BUCKETS) {
            return List.of();
        }
        List<ChangeRecord> found = new ArrayList<>();
        for (ChangeRecord record : records) {
            int bucket = bucket(hash(record));
            if (bucketHashes[bucket] != theirHashes.get(bucket)) {
                found.add(record);
            }
        }
        if (found.size() <= max) {
            return found;
        }
        List<ChangeRecord> page = new ArrayList<>(max);
        int first = Math.floorMod(turn, found.size());
        for (int i = 0; i < max; i++) {
            page.add(found.get((first + i) % found.size()));
        }
        return page;
    }

    private static int bucket(long hash) {
        return (int) (hash >>> (Long.SIZE - BUCKET_BITS));
    }

    /** The same on every node: of the record's values alone. */
    private static long hash(ChangeRecord record) {
        long hash = mix(record.kind().name().charAt(0), record.author());
        hash = mix(hash, record.stamp());
        hash = mix(hash, record.subject());
        hash = mix(hash, Double.doubleToLongBits(record.weight()));
        hash = mix(hash, text(record.zone()));
        hash = mix(hash, text(record.datacenter()));
        return mix(hash, record.other());
    }

    private static long text(String text) {
        long hash = text.length();
        for (int i = 0; i < text.length(); i++) {
            hash = hash * 31 + text.charAt(i);
        }
        return hash;
    }

    private static long mix(long hash, long value) {
        long mixed = (hash ^ value) * 0x9E3779B97F4A7C15L;
        mixed = (mixed ^ (mixed >>> 32)) * 0xD6E8FEB86659FD93L;
        return mixed ^ (mixed >>> 32);
    }
}
