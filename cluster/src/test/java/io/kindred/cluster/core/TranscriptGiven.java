package io.kindred.cluster.core;

import io.kindred.cluster.quorum.QuorumSettings;
import io.kindred.cluster.ring.Replication;
import io.kindred.cluster.version.Term;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What holds when a transcript begins, line by line behind the word {@code given}:
 *
 * <pre>
 *   node d                        the node that the transcript is of; a, if nothing is said
 *   nodes a b c                   those of the ring, in the order of the keys' walk; a b c d e
 *   far x y z                     those of another datacenter
 *   N 1                           replicas of a key; 3
 *   max-siblings 2                100
 *   hint-bytes 0                  what it may hold for others
 *   ring d joins: a b d           the change of the ring to come, and the keys' replicas then
 *   k v@a:1.p1                    what it has of a key
 *   k unreadable                  a record that makes no sense
 *   k on-disk                     memory does not have it
 *   term 3:b [formers b c]        what its disk says of the term; with formers it does not count as one of the own replicas
 * </pre>
 */
final class TranscriptGiven {
    private static final long HOUR_NANOS = 3_600_000_000_000L;
    private static final long TIMEOUT_NANOS = 1_000_000_000L;

    private String node = "a";
    private List<String> nodes = List.of("a", "b", "c", "d", "e");
    private List<String> far = List.of();
    private int replicas = 3;
    private int siblingsMax = 100;
    private long hintBytesMax = 1 << 20;
    private @Nullable String change;
    private @Nullable List<String> then;
    private final Map<String, @Nullable String> stored = new TreeMap<>();
    private final TreeSet<String> cold = new TreeSet<>();
    private @Nullable String term;

    void add(String line) {
        TranscriptWords words = new TranscriptWords(line);
        String what = words.next();
        switch (what) {
            case "node" -> node = words.next();
            case "nodes" -> nodes = all(words);
            case "far" -> far = all(words);
            case "N" -> replicas = Integer.parseInt(words.next());
            case "max-siblings" -> siblingsMax = Integer.parseInt(words.next());
            case "hint-bytes" -> hintBytesMax = Long.parseLong(words.next());
            case "ring" -> {
                String[] parts = words.rest().split(": ");
                change = parts[0];
                then = List.of(parts[1].split(" "));
            }
            case "term" -> term = words.rest();
            default -> addStored(what, words);
        }
        words.requireEnd();
    }

    private void addStored(String key, TranscriptWords words) {
        if (words.takes("on-disk")) {
            cold.add(key);
        } else if (words.takes("unreadable")) {
            stored.put(key, null);
        } else {
            stored.put(key, words.next());
        }
    }

    private static List<String> all(TranscriptWords words) {
        List<String> all = new ArrayList<>();
        while (!words.isEmpty()) {
            all.add(words.next());
        }
        return all;
    }

    String node() {
        return node;
    }

    TranscriptRing ring() {
        return new TranscriptRing(nodes, far, replicas, change, then);
    }

    /** By key; null: a record that makes no sense. */
    Map<String, @Nullable String> stored() {
        return stored;
    }

    /** Keys that only the disk has. */
    TreeSet<String> cold() {
        return cold;
    }

    List<Recovered.MetaRecord> terms(int partition) {
        String given = term;
        if (given == null) {
            return List.of();
        }
        TranscriptWords words = new TranscriptWords(given);
        Term known = TranscriptNotation.term(words.next());
        List<String> formers = words.takes("formers") ? all(words) : List.of();
        ByteBuffer value = ByteBuffer.allocate((2 + formers.size()) * Long.BYTES)
                .putLong(known.number())
                .putLong(known.node());
        formers.forEach(former -> value.putLong(TranscriptRing.id(former)));
        return List.of(new Recovered.MetaRecord(MetaKey.of(MetaKey.TERM, partition), value.array()));
    }

    /** Nothing is done in the background for as long as a transcript takes. */
    NodeConfig config() {
        return new NodeConfig(
                TranscriptRing.PARTITIONS,
                "md5",
                Replication.of(replicas),
                1,
                true,
                hintBytesMax,
                HOUR_NANOS,
                86_400_000,
                NodeConfig.RECORDS_KEPT,
                new QuorumSettings(0, 0, siblingsMax, 32, TIMEOUT_NANOS),
                new NodeConfig.MembershipTimes(HOUR_NANOS, HOUR_NANOS, 500));
    }
}
