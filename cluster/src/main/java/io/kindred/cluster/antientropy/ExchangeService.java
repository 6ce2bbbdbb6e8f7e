package io.kindred.cluster.antientropy;

import io.kindred.cluster.message.ExchangeMessage;
import io.kindred.cluster.message.ExchangeMessage.BucketKeysReply.Covered;
import io.kindred.cluster.message.ExchangeMessage.BucketKeysReply.Found;
import io.kindred.cluster.message.ExchangeMessage.BucketKeysReply.Seen;
import io.kindred.cluster.message.ExchangeMessage.TreeLanesReply.Lane;
import io.kindred.cluster.message.ExchangeMessage.TreeSums.Span;
import io.kindred.cluster.message.Message.Verdict;
import io.kindred.cluster.message.Range;
import io.kindred.cluster.message.Record;
import io.kindred.cluster.message.SizeLimits;
import io.kindred.cluster.ring.RecordKey;
import io.kindred.cluster.version.SplitVersions;
import io.kindred.cluster.version.Versions;
import io.kindred.cluster.version.VersionsCodec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The side of an exchange that is asked. It keeps nothing between two questions, and takes none of them on trust: what
 * does not name partitions, lanes and keys of this node is not answered, or with a verdict.
 */
final class ExchangeService {
    static final int PAGE_KEYS_MAX = 256;
    static final int BATCH_BYTES_MAX = 256 << 10;
    static final int SUMS_MAX = 1 << 16;
    /** So many buckets one message may have added up: its answer is bounded, and so is the work for it. */
    static final long BUCKETS_READ_MAX = 1 << 22;

    static final int OBJECTS_MAX = 512;
    static final int RANGES_MAX = 64;
    /** More records of one range are not summed up for one question. */
    private static final long SUMMED_RECORDS_MAX = 4L * RangeExchange.PIECES_A_SUM * PAGE_KEYS_MAX;

    private final ExchangeParts parts;
    private final Giver giver;

    /** Gives a key to a node that asked for it, as the asker of an exchange of its own. */
    interface Giver {
        void give(long to, RecordKey storageKey);
    }

    ExchangeService(ExchangeParts parts, Giver giver) {
        this.parts = parts;
        this.giver = giver;
    }

    void onTreeRoots(long from, ExchangeMessage.TreeRoots request) {
        int each = request.partitionsPerSum();
        if (each < 1 || !arePartitions(request.partitions())) {
            return;
        }
        int[] partitions = request.partitions();
        List<Integer> notReady = new ArrayList<>();
        long[] sums = new long[(int) (((long) partitions.length + each - 1) / each)];
        for (int i = 0; i < partitions.length; i++) {
            if (parts.trees().isReady(partitions[i])) {
                sums[i / each] += parts.trees().root(partitions[i]);
            } else {
                notReady.add(partitions[i]);
            }
        }
        int[] left = notReady.stream().mapToInt(Integer::intValue).toArray();
        parts.send(
                from,
                new ExchangeMessage.TreeRootsReply(
                        request.requestId(), parts.trees().flushPrint(), sums, left),
                20 + (long) Long.BYTES * sums.length + left.length);
    }

    private boolean arePartitions(int[] partitions) {
        return partitions.length <= parts.trees().partitions()
                && Arrays.stream(partitions)
                        .allMatch(partition ->
                                partition >= 0 && partition < parts.trees().partitions());
    }

    void onTreeLanes(long from, ExchangeMessage.TreeLanes request) {
        if (!arePartitions(request.partitions())
                || request.partitions().length > parts.trees().partitions()) {
            return;
        }
        parts.marks().hear(request.partitions(), request.reapMarks());
        List<Lane> lanes = new ArrayList<>();
        for (int partition : request.partitions()) {
            for (int lane = 0; lane < parts.trees().lanes().count(); lane++) {
                MerkleTree tree = parts.trees().tree(partition, lane);
                if (tree != null) {
                    lanes.add(new Lane(partition, lane, tree.bits(), tree.root()));
                }
            }
        }
        parts.send(
                from,
                new ExchangeMessage.TreeLanesReply(
                        request.requestId(), lanes, parts.marks().of(request.partitions())),
                10 + 12L * lanes.size() + 8L * request.partitions().length);
    }

    void onTreeSums(long from, ExchangeMessage.TreeSums request) {
        long[] sums = sums(parts.trees(), request.spans());
        parts.send(
                from,
                new ExchangeMessage.TreeSumsReply(request.requestId(), sums == null ? new long[0] : sums),
                10 + (sums == null ? 0 : (long) Long.BYTES * sums.length));
    }

    /** Null where the trees here are not that deep, or it makes no sense. */
    static long @Nullable [] sums(MerkleTrees trees, List<Span> spans) {
        int total = 0;
        long buckets = 0;
        for (Span span : spans) {
            if (!isNode(trees, span) || total + (1 << span.width()) > SUMS_MAX) {
                return null;
            }
            total += 1 << span.width();
            MerkleTree tree = trees.tree(span.partition(), span.lane());
            buckets += tree == null ? 1 : 1L << (tree.bits() - span.depth());
            if (buckets > BUCKETS_READ_MAX) {
                return null;
            }
        }
        long[] sums = new long[total];
        int at = 0;
        for (Span span : spans) {
            MerkleTree tree = trees.tree(span.partition(), span.lane());
            for (int child = 0; child < 1 << span.width(); child++) {
                long prefix = (long) span.prefix() << span.width() | child;
                sums[at++] = tree == null ? 0 : tree.sum(span.depth() + span.width(), prefix);
            }
        }
        return sums;
    }

    private static boolean isNode(MerkleTrees trees, Span span) {
        if (span.partition() < 0
                || span.partition() >= trees.partitions()
                || span.lane() < 0
                || span.lane() >= trees.lanes().count()
                || span.depth() < 0
                || span.width() < 0
                || span.depth() > MerkleTree.BITS_MAX
                || span.width() > MerkleTree.BITS_MAX - span.depth()) {
            return false;
        }
        MerkleTree tree = trees.tree(span.partition(), span.lane());
        return span.prefix() >= 0
                && span.prefix() < 1 << span.depth()
                && (tree == null || span.depth() + span.width() <= tree.bits());
    }

    void onBucketKeys(long from, ExchangeMessage.BucketKeys request) {
        boolean possible = !request.ranges().isEmpty()
                && request.ranges().size() <= RANGES_MAX
                && request.digests().length <= PAGE_KEYS_MAX
                && request.ranges().stream().allMatch(this::isRange);
        if (!possible) {
            refuse(from, request, Verdict.NOT_MINE);
            return;
        }
        parts.reader().read(request.ranges(), parts.pieceKeys(), page -> {
            if (page.verdict() == Verdict.DAMAGED) {
                request.ranges().forEach(range -> parts.trees().suspect(range.partition()));
            }
            if (!page.isRead()) {
                refuse(from, request, page.verdict());
            } else {
                answer(from, request, page);
            }
        });
    }

    private boolean isRange(Range range) {
        return range.partition() >= 0
                && range.partition() < parts.trees().partitions()
                && range.lane() >= 0
                && range.lane() < parts.trees().lanes().count()
                && parts.partitions().keeps(range.partition())
                && !parts.marks().isBehind(range.partition())
                && Long.compareUnsigned(range.first(), range.last()) <= 0
                && isBoundary(range, range.after(), range.first())
                && isBoundary(range, range.upTo(), range.last());
    }

    private boolean isBoundary(Range range, @Nullable RecordKey key, long hash) {
        return key == null || (parts.isOf(range, key) && key.hash() == hash);
    }

    private void refuse(long to, ExchangeMessage.BucketKeys request, Verdict verdict) {
        parts.send(
                to,
                new ExchangeMessage.BucketKeysReply(
                        request.requestId(), verdict, Covered.NOTHING, Found.NOTHING, new long[0]),
                20);
    }

    private void answer(long to, ExchangeMessage.BucketKeys request, TreeReader.Page page) {
        long[] theirs = request.digests().clone();
        Arrays.sort(theirs);
        long[] ours = page.digests();
        List<TreeReader.Entry> differing = new ArrayList<>();
        for (TreeReader.Entry entry : page.entries()) {
            if (Arrays.binarySearch(theirs, entry.digest()) < 0) {
                differing.add(entry);
            }
        }
        long[] missing = Arrays.stream(theirs)
                .filter(digest -> Arrays.binarySearch(ours, digest) < 0)
                .toArray();
        // Of so many more keys than it has, it lacks the most: that it asks for them is not waited for.
        boolean isWhole = differing.size() > 2 * theirs.length && page.sizeBytes() <= BATCH_BYTES_MAX;
        Found found = found(differing, isWhole);
        long size = 40 + (long) Long.BYTES * missing.length;
        for (TreeReader.Entry entry : differing) {
            size += isWhole
                    ? ExchangeParts.sizeBytes(entry.key(), entry.versions())
                    : ExchangeParts.sizeOfClock(entry.key(), entry.clock().entries());
        }
        parts.send(
                to,
                new ExchangeMessage.BucketKeysReply(request.requestId(), Verdict.OK, page.covered(), found, missing),
                size);
    }

    void onBucketSums(long from, ExchangeMessage.BucketSums request) {
        if (request.sums().length != Range.BUCKETS || !isRange(request.range())) {
            tell(from, request, Verdict.NOT_MINE, 0);
            return;
        }
        parts.reader().sum(request.range(), parts.pieceKeys(), SUMMED_RECORDS_MAX, found -> {
            if (found.verdict() == Verdict.DAMAGED) {
                parts.trees().suspect(request.range().partition());
            }
            // Of more than an asker sums up at once, it has not nearly as many: all of it is compared.
            boolean isAll = found.end().equals(request.range().end());
            tell(from, request, found.verdict(), isAll ? differing(found.sums(), request.sums()) : Range.ALL_BUCKETS);
        });
    }

    private void tell(long to, ExchangeMessage.BucketSums request, Verdict verdict, long differing) {
        parts.send(to, new ExchangeMessage.BucketSumsReply(request.requestId(), verdict, differing), 20);
    }

    private static long differing(long[] ours, long[] theirs) {
        long differing = 0;
        for (int bucket = 0; bucket < ours.length; bucket++) {
            differing |= (ours[bucket] == theirs[bucket] ? 0L : 1L) << bucket;
        }
        return differing;
    }

    private static Found found(List<TreeReader.Entry> entries, boolean isWhole) {
        return isWhole
                ? new Found(
                        List.of(),
                        entries.stream().map(TreeReader.Entry::asRecord).toList())
                : new Found(
                        entries.stream()
                                .map(entry -> new Seen(entry.key(), entry.clock()))
                                .toList(),
                        List.of());
    }

    void onExchangeObjects(long from, ExchangeMessage.ExchangeObjects request) {
        if (request.records().size() > OBJECTS_MAX || request.wanted().size() > OBJECTS_MAX) {
            return;
        }
        Batch batch = new Batch(from, request);
        for (Record each : request.records()) {
            // What this node gives away it sends, and takes no more of.
            if (!parts.takes(each.key())) {
                batch.worst = Verdict.NOT_MINE;
                continue;
            }
            batch.missing++;
            parts.join(each.key(), each.versions(), batch::done);
        }
        batch.readNext(0);
    }

    /** Joins what was sent and reads what is wanted; answers when both are through. */
    private final class Batch {
        private final long from;
        private final ExchangeMessage.ExchangeObjects request;
        private final List<Record> records = new ArrayList<>();
        private long size = 20;
        /** The joins under way, and one for the reading. */
        private int missing = 1;

        private Verdict worst = Verdict.OK;

        Batch(long from, ExchangeMessage.ExchangeObjects request) {
            this.from = from;
            this.request = request;
        }

        /** One read after the other, until there is enough. */
        void readNext(int index) {
            if (index == request.wanted().size() || size > BATCH_BYTES_MAX) {
                done(Verdict.OK);
                return;
            }
            RecordKey key = request.wanted().get(index);
            if (!parts.keeps(key) || parts.marks().isBehind(key.partition())) {
                done(Verdict.NOT_MINE);
                return;
            }
            parts.replica().read(key, (verdict, held) -> {
                if (verdict == Verdict.UNREADABLE) {
                    // It is this one key's trouble: the others are sent.
                    worst = verdict;
                    readNext(index + 1);
                    return;
                }
                if (held == null) {
                    done(verdict);
                    return;
                }
                Versions told = held;
                if (VersionsCodec.sizeBytes(held) > SizeLimits.CONTAINER_BYTES_MAX) {
                    // An answer is one message. The rest goes there in parts, for which this node has to be the asker.
                    told = SplitVersions.of(held, SizeLimits.PART_BYTES_MAX).get(0);
                    giver.give(from, key);
                }
                records.add(new Record(key, told));
                size += ExchangeParts.sizeBytes(key, told);
                readNext(index + 1);
            });
        }

        void done(Verdict verdict) {
            worst = verdict == Verdict.OK ? worst : verdict;
            if (--missing == 0) {
                parts.send(from, new ExchangeMessage.ExchangeObjectsReply(request.requestId(), worst, records), size);
            }
        }
    }
}
