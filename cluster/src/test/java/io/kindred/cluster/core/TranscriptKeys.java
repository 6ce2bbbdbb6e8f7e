package io.kindred.cluster.core;

import io.kindred.cluster.message.Guard;
import io.kindred.cluster.message.HandoffMessage;
import io.kindred.cluster.message.Message;
import io.kindred.cluster.message.Record;
import io.kindred.cluster.message.RequestMessage;
import io.kindred.cluster.ring.Md5Partitioner;
import io.kindred.cluster.ring.Placement;
import io.kindred.cluster.ring.RecordKey;
import io.kindred.cluster.version.VersionVector;
import io.kindred.cluster.version.Versions;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a transcript's keys are written in records and messages: the one place that knows. A key named {@code k} has a tag
 * before it, so that it falls into the partition that the transcript is about.
 */
final class TranscriptKeys {
    private static final int DB = 0;
    private static final String ELSEWHERE = "elsewhere:";

    private final int partition;
    private final String tag;
    private final String otherTag;
    private final Md5Partitioner partitioner = new Md5Partitioner();

    TranscriptKeys(int partition) {
        this.partition = partition;
        tag = tag(true);
        otherTag = tag(false);
    }

    /** The first one whose keys are, or are not, in the partition. */
    private String tag(boolean isIn) {
        int number = 0;
        while ((place("{" + number + "}").partition() == partition) != isIn) {
            number++;
        }
        return "{" + number + "}";
    }

    private Placement place(String key) {
        return partitioner.place(bytes(key), TranscriptRing.PARTITIONS);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** As a client sends it; {@code elsewhere:k} is in another partition. */
    byte[] ofClient(String name) {
        boolean isElsewhere = name.startsWith(ELSEWHERE);
        return bytes((isElsewhere ? otherTag : tag) + name.substring(isElsewhere ? ELSEWHERE.length() : 0));
    }

    /** What the transcript calls a key that a client has sent. */
    String nameOfClient(byte[] key) {
        String text = new String(key, StandardCharsets.UTF_8);
        return text.startsWith(otherTag)
                ? ELSEWHERE + text.substring(otherTag.length())
                : text.substring(text.startsWith(tag) ? tag.length() : 0);
    }

    /** As it is in the engine. */
    byte[] stored(String name) {
        return record(name).bytes();
    }

    private RecordKey record(String name) {
        return RecordKey.head(partition, DB, place(tag + name).hash(), ofClient(name));
    }

    private String nameOfRecord(RecordKey record) {
        String key = new String(record.key(), StandardCharsets.UTF_8);
        return key.startsWith(tag) ? key.substring(tag.length()) : key;
    }

    /** {@code k}, or {@code k for c} where it is held for another node; null: it is not a key's record. */
    @Nullable
    String nameOfStored(byte[] engineKey) {
        RecordKey key = RecordKey.parse(engineKey);
        if (key == null) {
            return null;
        }
        String name = nameOfRecord(key);
        return key.isHint() ? name + " for " + TranscriptNotation.node(key.intended()) : name;
    }

    String nameOf(RequestMessage.ReadRequest message) {
        return nameOfRecord(message.storageKey());
    }

    String nameOf(RequestMessage.DotRequest message) {
        return nameOfRecord(message.storageKey());
    }

    /** Of records that travel together. */
    interface Visitor {
        void record(String name, Versions versions);
    }

    void each(RequestMessage.Deltas message, Visitor visitor) {
        each(message.records(), visitor);
    }

    void each(HandoffMessage.HandOver message, Visitor visitor) {
        each(message.records(), visitor);
    }

    void each(HandoffMessage.Relay message, Visitor visitor) {
        each(message.records(), visitor);
    }

    private void each(List<Record> records, Visitor visitor) {
        for (Record each : records) {
            visitor.record(nameOfRecord(each.key()), each.versions());
        }
    }

    Message read(long requestId, String name, boolean asStandIn, @Nullable Guard guard) {
        return new RequestMessage.ReadRequest(requestId, record(name), asStandIn, guard);
    }

    Message deltas(long requestId, List<String> names, List<Versions> deltas, long intended, @Nullable Guard guard) {
        List<Record> records = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            records.add(new Record(record(names.get(i)), deltas.get(i)));
        }
        return new RequestMessage.Deltas(requestId, records, intended, guard);
    }

    Message borrow(long requestId, String name, VersionVector seen, boolean asStandIn) {
        return new RequestMessage.DotRequest(requestId, record(name), seen, asStandIn);
    }

    Message handOver(long requestId, List<String> names, List<Versions> versions) {
        return new HandoffMessage.HandOver(requestId, records(names, versions));
    }

    Message relay(long requestId, List<String> names, List<Versions> versions) {
        return new HandoffMessage.Relay(requestId, records(names, versions));
    }

    private List<Record> records(List<String> names, List<Versions> versions) {
        List<Record> records = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            records.add(new Record(record(names.get(i)), versions.get(i)));
        }
        return records;
    }
}
