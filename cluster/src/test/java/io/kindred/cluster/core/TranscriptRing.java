package io.kindred.cluster.core;

import io.kindred.cluster.membership.ChangeRecord;
import io.kindred.cluster.membership.Generation;
import io.kindred.cluster.membership.HeldPartitions;
import io.kindred.cluster.membership.Member;
import io.kindred.cluster.ring.PreferenceList;
import io.kindred.cluster.ring.Ring;
import io.kindred.cluster.ring.RingHistory;
import io.kindred.cluster.version.HybridClock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The ring of a transcript. Its nodes are named by letters in the order of the walk from the keys' partition: the first N of
 * them are the keys' replicas, the others stand in, in their order. So that partition is looked for. Where the ring is to
 * change, it is one whose replicas change as the transcript says.
 */
final class TranscriptRing {
    static final int PARTITIONS = 256;
    static final String FAR = "far";

    /** Before the change. */
    private final List<String> near;

    private final List<String> far;
    private final int replicas;
    private final List<ChangeRecord> records = new ArrayList<>();
    private final @Nullable ChangeRecord change;
    private final RingHistory now = new RingHistory(PARTITIONS);
    private final RingHistory later = new RingHistory(PARTITIONS);
    private final int partition;
    private long holdingVersion = 1;

    /**
     * @param change {@code "d joins"} or {@code "c leaves"}; null: nothing
     * @param then the replicas after that
     */
    TranscriptRing(
            List<String> near, List<String> far, int replicas, @Nullable String change, @Nullable List<String> then) {
        String joiner = change != null && change.endsWith(" joins") ? change.split(" ")[0] : "";
        this.near = near.stream().filter(node -> !node.equals(joiner)).toList();
        this.far = far;
        this.replicas = replicas;
        List<ChangeRecord> ofNear = new ArrayList<>();
        for (String node : this.near) {
            ofNear.add(join(node));
        }
        records.addAll(ofNear);
        far.forEach(node -> records.add(join(node)));
        now.fold(ofNear);
        this.change = change == null ? null : change(change);
        if (this.change != null) {
            ofNear.add(this.change);
        }
        later.fold(ofNear);
        partition = find(then);
    }

    private ChangeRecord join(String node) {
        ChangeRecord.Site site = new ChangeRecord.Site("", datacenter(node));
        return ChangeRecord.join(id("a"), recordStamp(id(node)), id(node), 1, site);
    }

    private ChangeRecord change(String text) {
        String[] words = text.split(" ");
        long stamp = recordStamp(1_000);
        return switch (words[1]) {
            case "joins" ->
                ChangeRecord.join(id("a"), stamp, id(words[0]), 1, new ChangeRecord.Site("", datacenter(words[0])));
            case "leaves" -> ChangeRecord.leave(id(words[0]), stamp, id(words[0]));
            default -> throw new TranscriptError("no such change of the ring: " + text);
        };
    }

    private static long recordStamp(long number) {
        return HybridClock.ofMillis(TranscriptNode.WALL_START_MILLIS - 86_400_000) + number;
    }

    private int find(@Nullable List<String> then) {
        long[] walk = ids(near);
        for (int each = 0; each < PARTITIONS; each++) {
            boolean isFit =
                    Arrays.equals(now.target().preferenceList(each, replicas).extended(), walk);
            if (isFit
                    && (then == null || Arrays.equals(list(later.target(), each).ids(), ids(then)))) {
                return each;
            }
        }
        throw new TranscriptError("no partition has such nodes: " + near + ", then " + then);
    }

    private PreferenceList list(Ring ring, int of) {
        return ring.preferenceList(of, replicas);
    }

    private static long[] ids(List<String> names) {
        return names.stream().mapToLong(TranscriptRing::id).toArray();
    }

    /** a, b, c, ... are 1, 2, 3, ... */
    static long id(String node) {
        if (!node.matches("[a-z]")) {
            throw new TranscriptError("no such node: " + node);
        }
        return node.charAt(0) - 'a' + 1;
    }

    static String name(long id) {
        return id >= 1 && id <= 26 ? Character.toString((char) ('a' + id - 1)) : Long.toHexString(id);
    }

    String datacenter(String node) {
        return far.isEmpty() ? "" : far.contains(node) ? FAR : "near";
    }

    /** The one of all keys. */
    int partition() {
        return partition;
    }

    List<ChangeRecord> records() {
        return records;
    }

    ChangeRecord change() {
        if (change == null) {
            throw new TranscriptError("the ring is not said to change");
        }
        return change;
    }

    /** Not below that of any record. */
    long newestStamp() {
        return recordStamp(1_000);
    }

    List<String> nodes() {
        List<String> all = new ArrayList<>(near);
        all.addAll(far);
        return all;
    }

    Member member(String node) {
        return new Member(
                id(node),
                node,
                "host",
                1,
                1,
                "",
                datacenter(node),
                1,
                1,
                Generation.ofStart(TranscriptNode.PEER_START),
                0);
    }

    /** What a node holds before the change: its share. */
    HeldPartitions holding(String node) {
        return new HeldPartitions(id(node), holdingVersion, true, words(node));
    }

    long[] words(String node) {
        long[] words = new long[PARTITIONS / Long.SIZE];
        for (int each = 0; each < PARTITIONS; each++) {
            if (far.contains(node) || list(now.target(), each).contains(id(node))) {
                words[each >>> 6] |= 1L << each;
            }
        }
        return words;
    }

    /** The same, newer, with the keys' partition or without it. */
    HeldPartitions holding(String node, boolean holdsKeys) {
        long[] words = words(node);
        long bit = 1L << partition;
        words[partition >>> 6] = holdsKeys ? words[partition >>> 6] | bit : words[partition >>> 6] & ~bit;
        return new HeldPartitions(id(node), ++holdingVersion, true, words);
    }
}
