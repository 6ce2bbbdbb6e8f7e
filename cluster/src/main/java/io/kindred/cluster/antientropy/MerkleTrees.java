package io.kindred.cluster.antientropy;

import io.kindred.cluster.keyspace.PartitionMap;
import io.kindred.cluster.quorum.FlushStamps;
import io.kindred.cluster.ring.Keyspace;
import io.kindred.cluster.ring.RecordKey;
import io.kindred.cluster.version.Versions;
import io.kindred.cluster.version.VersionsDigest;
import java.util.Arrays;
import java.util.BitSet;
import java.util.TreeSet;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The hash trees of all partitions that this node shares with others.
 *
 * <p>They follow the engine's records exactly: each write adds the difference that it makes ({@link #changed}), and one
 * that the engine has undone takes it back ({@link #undone}). Records are digested without the siblings that a flush has
 * hidden, and one of which nothing is left counts as absent, whether or not it has been swept; so a flush makes the
 * trees of its database doubtful, and they are built anew. Each tree remembers the flush stamp that it was built under
 * and goes on under it until then.
 *
 * <p>Owned by: the core's thread.
 */
public final class MerkleTrees {
    private final TreeLayout lanes;
    private final FlushStamps flushStamps;
    private final LongUnaryOperator countOfGroup;
    private final @Nullable PartitionTrees[] byPartition;
    private final TreeSaves saves;
    private final StoredTrees stored;
    /** Partitions with something to build. */
    private final TreeSet<Integer> unbuilt = new TreeSet<>();

    /** Partitions that are to be verified out of turn. */
    private final TreeSet<Integer> suspects = new TreeSet<>();

    private @Nullable TreeBuild build;
    private int epoch;
    private int owned;

    /**
     * @param hashedByPartition whether the first bits of an untagged key's hash are its partition
     * @param countOfGroup about how many keys a group of the engine has
     */
    public MerkleTrees(
            int partitions, boolean hashedByPartition, FlushStamps flushStamps, LongUnaryOperator countOfGroup) {
        this.lanes = new TreeLayout(partitions, hashedByPartition, flushStamps.databases());
        this.saves = new TreeSaves(partitions);
        this.stored = new StoredTrees(flushStamps, saves);
        this.flushStamps = flushStamps;
        this.countOfGroup = countOfGroup;
        this.byPartition = new @Nullable PartitionTrees[partitions];
    }

    static int present(long digest) {
        return digest == VersionsDigest.ABSENT ? 0 : 1;
    }

    // --- what happens to records ---

    /**
     * A container was written, or dropped ({@code next} empty).
     *
     * @return what {@link #undone} needs, with the {@link #epoch}, and what the log has to note beside this write
     */
    public long changed(RecordKey storageKey, Versions held, Versions next) {
        if ((owned == 0 && !hasUncounted()) || storageKey.isHint()) {
            return 0;
        }
        int partition = storageKey.partition();
        if (hasUncounted()) {
            stored.forget(partition);
            saves.forgetUnsure(partition);
        }
        PartitionTrees trees = byPartition[partition];
        if (trees == null) {
            return 0;
        }
        int db = storageKey.db();
        if (build != null && build.covers(partition, db)) {
            build.changed(storageKey, held, next);
        }
        long hash = storageKey.hash();
        int lane = lanes.lane(partition, db, hash);
        MerkleTree tree = trees.byLane[lane];
        long flushStamp = tree == null ? flushStamps.of(db) : tree.flushStamp();
        long ofKey = VersionsDigest.ofKey(storageKey.bytes());
        long before = VersionsDigest.of(ofKey, held, flushStamp);
        long after = VersionsDigest.of(ofKey, next, flushStamp);
        if (trees.built && before != after) {
            saves.changed(partition);
            if (tree == null) {
                tree = new MerkleTree(0, flushStamp);
                trees.byLane[lane] = tree;
            }
            tree.add(lanes.path(lane, hash), after - before, present(after) - present(before));
            if (tree.isCrowded() && !trees.crowded.get(db)) {
                trees.crowded.set(db);
                unbuilt.add(partition);
            }
        }
        return after - before;
    }

    /** Whether there may be trees on the disk that no start may take once their partition is written to. */
    private boolean hasUncounted() {
        return !stored.isEmpty() || saves.hasUnsure();
    }

    /** What {@link #changed} was told of has been undone by the engine. */
    public void undone(RecordKey storageKey, long difference, int ofEpoch) {
        int partition = storageKey.partition();
        PartitionTrees trees = byPartition[partition];
        if (difference == 0 || trees == null) {
            return;
        }
        int db = storageKey.db();
        int lane = lanes.of(storageKey);
        MerkleTree tree = trees.byLane[lane];
        if (ofEpoch != epoch || (tree != null && tree.flushStamp() != flushStamps.of(db))) {
            // The difference was made under another flush stamp than that of the tree, or of its successor.
            doubt(partition, trees, db);
            return;
        }
        if (build != null && build.covers(partition, db)) {
            build.undone(storageKey, difference);
        }
        if (trees.built && tree != null) {
            tree.add(lanes.path(lane, storageKey.hash()), -difference, 0);
        }
    }

    /** Rises whenever records come to be digested otherwise: what was different before cannot be taken back one by one. */
    public int epoch() {
        return epoch;
    }

    /** A database's flush stamp has risen. */
    public void flushed(int db) {
        epoch++;
        for (int partition = 0; partition < byPartition.length; partition++) {
            PartitionTrees trees = byPartition[partition];
            if (trees != null && (trees.byLane[2 * db] != null || trees.byLane[2 * db + 1] != null)) {
                doubt(partition, trees, db);
            }
        }
        if (build != null && db >= build.firstDb && db <= build.lastDb) {
            build = null;
        }
    }

    /** A record of a database was replaced of which nobody knows what it was. */
    public void replacedUnknown(int partition, int db) {
        PartitionTrees trees = byPartition[partition];
        if (trees != null && trees.built) {
            doubt(partition, trees, db);
        } else if (build != null && build.covers(partition, db)) {
            build = null;
        }
    }

    /** Nobody knows what there was of a partition beside what there is. */
    public void lostUnknown(int partition) {
        for (int db = 0; db < flushStamps.databases(); db++) {
            replacedUnknown(partition, db);
        }
    }

    private void doubt(int partition, PartitionTrees trees, int db) {
        saves.invalid(partition);
        trees.doubtful.set(db);
        unbuilt.add(partition);
        if (build != null && build.covers(partition, db)) {
            build = null;
        }
    }

    // --- which partitions ---

    /** Something about these partitions has changed. One that is not shared needs no trees. */
    public void own(PartitionMap ring, BitSet partitions) {
        for (int partition = partitions.nextSetBit(0);
                partition >= 0;
                partition = partitions.nextSetBit(partition + 1)) {
            long[] replicas = ring.everywhere(partition);
            boolean shared = ring.keeps(partition) && (replicas.length > 1 || !contains(replicas, ring.self()));
            boolean known = byPartition[partition] != null;
            if (shared && !known) {
                owned++;
                take(partition, ring.mayHaveRecords(partition));
            } else if (!shared && known) {
                owned--;
                byPartition[partition] = null;
                unbuilt.remove(partition);
                saves.invalid(partition);
            }
        }
        if (build != null && byPartition[build.partition] == null) {
            build = null;
        }
        if (owned > 0) {
            stored.forgetAll();
        }
    }

    private void take(int partition, boolean hasRecords) {
        PartitionTrees trees = stored.take(partition);
        if (trees == null) {
            trees = new PartitionTrees(lanes.count(), !hasRecords);
        }
        byPartition[partition] = trees;
        if (!trees.built) {
            unbuilt.add(partition);
        } else {
            saves.ready(partition);
        }
    }

    private static boolean contains(long[] nodes, long node) {
        return Arrays.stream(nodes).anyMatch(id -> id == node);
    }

    /** Not all records of a partition can be read: it has no trees until {@link #rebuild}. */
    void damaged(int partition) {
        if (byPartition[partition] == null) {
            return;
        }
        saves.invalid(partition);
        byPartition[partition] = new PartitionTrees(lanes.count(), false);
        unbuilt.remove(partition);
        if (build != null && build.partition == partition) {
            build = null;
        }
    }

    /** They can be read again. */
    void rebuild(int partition) {
        PartitionTrees trees = byPartition[partition];
        if (trees != null && !trees.built) {
            unbuilt.add(partition);
        }
    }

    /** Something of a partition could not be read: it is verified next. */
    void suspect(int partition) {
        if (isReady(partition)) {
            suspects.add(partition);
        }
    }

    /** -1: none. */
    int nextSuspect() {
        Integer next = suspects.pollFirst();
        while (next != null && !isReady(next)) {
            next = suspects.pollFirst();
        }
        return next == null ? -1 : next;
    }

    // --- what they say ---

    boolean isReady(int partition) {
        PartitionTrees trees = byPartition[partition];
        return trees != null && trees.isReady();
    }

    /** 0 where there are no records, or no trees. */
    long root(int partition) {
        PartitionTrees trees = byPartition[partition];
        return trees == null ? 0 : trees.root();
    }

    @Nullable
    MerkleTree tree(int partition, int lane) {
        PartitionTrees trees = byPartition[partition];
        return trees == null ? null : trees.byLane[lane];
    }

    TreeLayout lanes() {
        return lanes;
    }

    public int partitions() {
        return byPartition.length;
    }

    /** Nodes that know of different flushes have different trees: they need not compare them. */
    long flushPrint() {
        long print = 1;
        for (int db = 0; db < flushStamps.databases(); db++) {
            print = print * 31 + flushStamps.of(db);
        }
        return print;
    }

    /** Partitions that are to have trees here. */
    int owned() {
        return owned;
    }

    /** Partitions whose trees can be compared. */
    public int ready() {
        int ready = 0;
        for (PartitionTrees trees : byPartition) {
            ready += trees != null && trees.isReady() ? 1 : 0;
        }
        return ready;
    }

    /** Partitions that have trees to be built, grown, or built anew. */
    public int building() {
        return unbuilt.size();
    }

    /** What the trees take, in buckets' bytes. */
    public long sizeBytes() {
        long buckets = 0;
        for (PartitionTrees trees : byPartition) {
            if (trees != null) {
                for (MerkleTree tree : trees.byLane) {
                    buckets += tree == null ? 0 : 1L << tree.bits();
                }
            }
        }
        return buckets * Long.BYTES;
    }

    // --- over a stop ---

    TreeSaves saves() {
        return saves;
    }

    /** Where they are stored from now on. */
    public void keepOn(TreeSaves.Disk disk) {
        saves.keepOn(disk);
    }

    /** Stores a partition's trees, where they are ready; gives how many bytes that were. */
    int save(int partition) {
        PartitionTrees trees = byPartition[partition];
        return trees == null || !trees.isReady() ? 0 : saves.save(partition, trees);
    }

    /** What a clean stop has to store of a partition; null: nothing. */
    public byte @Nullable [] record(int partition) {
        PartitionTrees trees = byPartition[partition];
        return trees == null || !trees.isReady() || saves.isExact(partition)
                ? null
                : saves.nextRecord(partition, trees);
    }

    /** Whether a clean stop has to delete what is stored of a partition. */
    public boolean isStale(int partition) {
        return saves.isUnsure(partition) && !isReady(partition);
    }

    /** What the last life has stored. */
    public void restore(int partition, byte[] record) {
        if (partition >= 0 && partition < byPartition.length) {
            stored.add(partition, record);
        }
    }

    /** What the last life has said of that: the record of this number is outdated. */
    public void restoreOutdated(int partition, long number) {
        stored.addOutdated(partition, number);
    }

    /** What the log has of all this. */
    public void restore(ReplayedTrees found) {
        stored.replayed(found);
    }

    /** Partitions whose trees this start did not have to build. */
    public int restored() {
        return stored.taken();
    }

    /** Partitions whose trees are to be stored, for the log that those on the disk need is about to go, or there are none. */
    public int unsaved() {
        return saves.dueCount();
    }

    /** How often a partition's trees were stored. */
    public long saved() {
        return saves.saved();
    }

    // --- building ---

    /** The next partition after {@code after}, around the ring, that has something to build; -1: none. */
    int nextUnbuilt(int after) {
        Integer next = unbuilt.higher(after);
        if (next == null) {
            next = unbuilt.isEmpty() ? null : unbuilt.first();
        }
        return next == null ? -1 : next;
    }

    /** The next partition after {@code after} with trees that can be verified; -1: none behind it. */
    int nextBuilt(int after) {
        for (int partition = after + 1; partition < byPartition.length; partition++) {
            if (isReady(partition)) {
                return partition;
            }
        }
        return -1;
    }

    /** Begins to build what a partition lacks, or to verify what it has. */
    TreeBuild begin(int partition, boolean scrub) {
        PartitionTrees trees = shared(partition);
        int first = 0;
        int last = flushStamps.databases() - 1;
        if (trees.built && !scrub) {
            int doubtful = trees.doubtful.nextSetBit(0);
            first = doubtful >= 0 ? doubtful : trees.crowded.nextSetBit(0);
            last = first;
        }
        TreeBuild begun = new TreeBuild(
                new TreeBuild.Span(partition, first, last, scrub), lanes, flushStamps, lane -> bits(partition, lane));
        build = begun;
        return begun;
    }

    private PartitionTrees shared(int partition) {
        PartitionTrees trees = byPartition[partition];
        if (trees == null) {
            throw new IllegalStateException("no trees of partition " + partition);
        }
        return trees;
    }

    private int bits(int partition, int lane) {
        MerkleTree present = tree(partition, lane);
        if (present != null) {
            return MerkleTree.bitsFor(present.entries());
        }
        return TreeLayout.isHome(lane)
                ? MerkleTree.bitsFor(countOfGroup.applyAsLong(Keyspace.group(partition, TreeLayout.db(lane))))
                : 0;
    }

    /** Whether this build still makes sense: a flush or a change of the ring ends it. */
    boolean isWanted(@Nullable TreeBuild asked) {
        return asked != null && build == asked;
    }

    void abandon() {
        build = null;
    }

    /**
     * Puts the trees of a build that is through in the place of the old ones.
     *
     * @return whether the old ones were the same
     */
    boolean replace(TreeBuild done) {
        build = null;
        PartitionTrees trees = shared(done.partition);
        boolean same = true;
        for (int lane = 2 * done.firstDb; lane <= 2 * done.lastDb + 1; lane++) {
            MerkleTree old = trees.byLane[lane];
            MerkleTree fresh = done.tree(lane);
            same &= agree(old, fresh);
            if (old != null && old.flushStamp() != flushStamps.of(TreeLayout.db(lane))) {
                epoch++;
            }
            trees.byLane[lane] = fresh;
        }
        trees.built = true;
        trees.doubtful.clear(done.firstDb, done.lastDb + 1);
        trees.crowded.clear(done.firstDb, done.lastDb + 1);
        for (int lane = 2 * done.firstDb; lane <= 2 * done.lastDb + 1; lane++) {
            MerkleTree fresh = trees.byLane[lane];
            if (fresh != null && fresh.isCrowded()) {
                trees.crowded.set(TreeLayout.db(lane));
            }
        }
        if (!trees.wantsBuild()) {
            unbuilt.remove(done.partition);
        }
        if (!same) {
            saves.invalid(done.partition);
        }
        if (trees.isReady()) {
            saves.ready(done.partition);
        }
        return same;
    }

    private static boolean agree(@Nullable MerkleTree old, @Nullable MerkleTree fresh) {
        MerkleTree empty = new MerkleTree(0, 0);
        return (old == null ? empty : old).agreesWith(fresh == null ? empty : fresh);
    }
}
