package io.kindred.cluster.wire;

import static io.kindred.cluster.wire.FrameWriter.writeBoolean;
import static io.kindred.cluster.wire.FrameWriter.writeVarint;

import io.kindred.cluster.message.ExchangeMessage;
import io.kindred.cluster.message.ExchangeMessage.BucketKeysReply.Covered;
import io.kindred.cluster.message.ExchangeMessage.BucketKeysReply.Found;
import io.kindred.cluster.message.ExchangeMessage.BucketKeysReply.Seen;
import io.kindred.cluster.message.ExchangeMessage.TreeLanesReply.Lane;
import io.kindred.cluster.message.ExchangeMessage.TreeSums.Span;
import io.kindred.cluster.message.Message;
import io.kindred.cluster.message.Message.Verdict;
import io.kindred.cluster.message.Range;
import io.kindred.cluster.message.Record;
import io.kindred.cluster.ring.RecordKey;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What anti-entropy's messages are made of, both ways. */
final class ExchangeCodec {
    private static final int LANE_BYTES_MIN = 3 + Long.BYTES;
    private static final int SPAN_BYTES_MIN = 5;
    private static final int RANGE_BYTES_MIN = 5 + 2 * Long.BYTES;

    private ExchangeCodec() {}

    static Message read(int type, long id, FrameReader in) throws CorruptFrame {
        return switch (type) {
            case MessageType.TREE_ROOTS ->
                new ExchangeMessage.TreeRoots(id, in.readInt("partitions a sum"), readAscending(in));
            case MessageType.TREE_ROOTS_REPLY ->
                new ExchangeMessage.TreeRootsReply(id, in.readLong("flush print"), readLongs(in), readAscending(in));
            case MessageType.TREE_LANES -> new ExchangeMessage.TreeLanes(id, readAscending(in), readLongs(in));
            case MessageType.TREE_LANES_REPLY -> new ExchangeMessage.TreeLanesReply(id, readLanes(in), readLongs(in));
            case MessageType.TREE_SUMS -> new ExchangeMessage.TreeSums(id, readSpans(in));
            case MessageType.TREE_SUMS_REPLY -> new ExchangeMessage.TreeSumsReply(id, readLongs(in));
            case MessageType.BUCKET_KEYS -> new ExchangeMessage.BucketKeys(id, readRanges(in), readLongs(in));
            case MessageType.BUCKET_KEYS_REPLY -> readBucketReply(id, in);
            case MessageType.BUCKET_SUMS -> new ExchangeMessage.BucketSums(id, readRange(in), readLongs(in));
            case MessageType.BUCKET_SUMS_REPLY ->
                new ExchangeMessage.BucketSumsReply(id, Verdicts.read(in), in.readLong("buckets"));
            case MessageType.EXCHANGE_OBJECTS ->
                new ExchangeMessage.ExchangeObjects(id, ValueReader.readRecords(in), readKeys(in));
            case MessageType.EXCHANGE_OBJECTS_REPLY ->
                new ExchangeMessage.ExchangeObjectsReply(id, Verdicts.read(in), ValueReader.readRecords(in));
            case MessageType.EXCHANGE_ASKED ->
                new ExchangeMessage.ExchangeAsked(id, in.readInt("partition"), in.readLong("other node"));
            case MessageType.EXCHANGE_DONE -> new ExchangeMessage.ExchangeDone(id, Verdicts.read(in));
            default -> throw new CorruptFrame("unknown message type " + type);
        };
    }

    /** Ascending numbers, each but the first as its distance from the one before. */
    static void write(ByteBuf out, int[] ascending) {
        writeVarint(out, ascending.length);
        int before = 0;
        for (int number : ascending) {
            writeVarint(out, number - before);
            before = number;
        }
    }

    private static int[] readAscending(FrameReader in) throws CorruptFrame {
        int[] numbers = new int[in.readCount(1, "partitions")];
        int before = 0;
        for (int i = 0; i < numbers.length; i++) {
            long number = (long) before + in.readInt("partition");
            if (number > Integer.MAX_VALUE) {
                throw new CorruptFrame("partition is out of range: " + number);
            }
            before = (int) number;
            numbers[i] = before;
        }
        return numbers;
    }

    static void write(ByteBuf out, long[] longs) {
        writeVarint(out, longs.length);
        for (long value : longs) {
            out.writeLong(value);
        }
    }

    private static long[] readLongs(FrameReader in) throws CorruptFrame {
        long[] longs = new long[in.readCount(Long.BYTES, "hashes")];
        for (int i = 0; i < longs.length; i++) {
            longs[i] = in.readLong("hash");
        }
        return longs;
    }

    static void writeLanes(ByteBuf out, List<Lane> lanes) {
        writeVarint(out, lanes.size());
        for (Lane lane : lanes) {
            writeVarint(out, lane.partition());
            writeVarint(out, lane.lane());
            writeVarint(out, lane.bits());
            out.writeLong(lane.sum());
        }
    }

    private static List<Lane> readLanes(FrameReader in) throws CorruptFrame {
        int count = in.readCount(LANE_BYTES_MIN, "lanes");
        List<Lane> lanes = new ArrayList<>(Math.min(count, ValueReader.LIST_ROOM));
        for (int i = 0; i < count; i++) {
            lanes.add(new Lane(in.readInt("partition"), in.readInt("lane"), in.readInt("bits"), in.readLong("hash")));
        }
        return lanes;
    }

    static void writeSpans(ByteBuf out, List<Span> spans) {
        writeVarint(out, spans.size());
        for (Span span : spans) {
            writeVarint(out, span.partition());
            writeVarint(out, span.lane());
            writeVarint(out, span.depth());
            writeVarint(out, span.prefix());
            writeVarint(out, span.width());
        }
    }

    private static List<Span> readSpans(FrameReader in) throws CorruptFrame {
        int count = in.readCount(SPAN_BYTES_MIN, "nodes");
        List<Span> spans = new ArrayList<>(Math.min(count, ValueReader.LIST_ROOM));
        for (int i = 0; i < count; i++) {
            spans.add(new Span(
                    in.readInt("partition"),
                    in.readInt("lane"),
                    in.readInt("depth"),
                    in.readInt("prefix"),
                    in.readInt("width")));
        }
        return spans;
    }

    static void writeRanges(ByteBuf out, List<Range> ranges) {
        writeVarint(out, ranges.size());
        ranges.forEach(range -> write(out, range));
    }

    static void write(ByteBuf out, Range range) {
        writeVarint(out, range.partition());
        writeVarint(out, range.lane());
        out.writeLong(range.first());
        out.writeLong(range.last());
        writeNullable(out, range.after());
        writeNullable(out, range.upTo());
        boolean isSifted = range.buckets() != Range.ALL_BUCKETS;
        writeBoolean(out, isSifted);
        if (isSifted) {
            out.writeLong(range.buckets());
        }
    }

    private static void writeNullable(ByteBuf out, @Nullable RecordKey key) {
        writeBoolean(out, key != null);
        if (key != null) {
            ValueWriter.write(out, key);
        }
    }

    private static @Nullable RecordKey readNullableKey(FrameReader in) throws CorruptFrame {
        return in.readBoolean("presence of a key") ? ValueReader.readKey(in) : null;
    }

    private static List<Range> readRanges(FrameReader in) throws CorruptFrame {
        int count = in.readCount(RANGE_BYTES_MIN, "ranges");
        List<Range> ranges = new ArrayList<>(Math.min(count, ValueReader.LIST_ROOM));
        for (int i = 0; i < count; i++) {
            ranges.add(readRange(in));
        }
        return ranges;
    }

    private static Range readRange(FrameReader in) throws CorruptFrame {
        return new Range(
                in.readInt("partition"),
                in.readInt("lane"),
                in.readLong("hash"),
                in.readLong("hash"),
                readNullableKey(in),
                readNullableKey(in),
                in.readBoolean("presence of buckets") ? in.readLong("buckets") : Range.ALL_BUCKETS);
    }

    static void write(ByteBuf out, ExchangeMessage.BucketKeysReply message) {
        out.writeByte(Verdicts.code(message.verdict()));
        writeVarint(out, message.covered().ranges());
        out.writeLong(message.covered().end().hash());
        writeNullable(out, message.covered().end().key());
        Found found = message.found();
        writeVarint(out, found.seen().size());
        for (Seen seen : found.seen()) {
            ValueWriter.write(out, seen.key());
            ValueWriter.write(out, seen.clock());
        }
        ValueWriter.writeRecords(out, found.records());
        write(out, message.missing());
    }

    private static Message readBucketReply(long id, FrameReader in) throws CorruptFrame {
        Verdict verdict = Verdicts.read(in);
        Covered covered = new Covered(in.readInt("ranges"), new Range.End(in.readLong("hash"), readNullableKey(in)));
        int count = in.readCount(RecordKey.PREFIX_BYTES + 2, "keys");
        List<Seen> seen = new ArrayList<>(Math.min(count, ValueReader.LIST_ROOM));
        for (int i = 0; i < count; i++) {
            seen.add(new Seen(ValueReader.readKey(in), ValueReader.readVector(in)));
        }
        List<Record> records = ValueReader.readRecords(in);
        if (!seen.isEmpty() && !records.isEmpty()) {
            throw new CorruptFrame("clocks and containers in one answer");
        }
        return new ExchangeMessage.BucketKeysReply(id, verdict, covered, new Found(seen, records), readLongs(in));
    }

    static void writeKeys(ByteBuf out, List<RecordKey> keys) {
        writeVarint(out, keys.size());
        keys.forEach(key -> ValueWriter.write(out, key));
    }

    private static List<RecordKey> readKeys(FrameReader in) throws CorruptFrame {
        int count = in.readCount(RecordKey.PREFIX_BYTES, "wanted keys");
        List<RecordKey> keys = new ArrayList<>(Math.min(count, ValueReader.LIST_ROOM));
        for (int i = 0; i < count; i++) {
            keys.add(ValueReader.readKey(in));
        }
        return keys;
    }
}
