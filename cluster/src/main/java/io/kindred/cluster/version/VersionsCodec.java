package io.kindred.cluster.version;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a container, in storage and between nodes; docs/versions-format.md has the layout.
 *
 * <p>One container has one encoding, so equal bytes mean equal containers. Decoding checks every invariant of
 * {@link Versions}, and allocates nothing that the bytes at hand do not justify. There is no checksum: the commit log,
 * the tables and the transport have theirs.
 */
public final class VersionsCodec {

    /** The type byte of a plain value; the others are kept for collections. */
    public static final int TYPE_VALUE = 0;

    private static final int FORMAT = 2;
    private static final int VECTOR_FORMAT = 1;
    /** Node id, incarnation, from, length and stamp. */
    private static final int RUN_BYTES_MIN = 19;
    /** No honest counter comes near it; what a forged one would do is end the actor. */
    private static final long COUNTER_MAX = 1L << 56;

    /** Run, distance in it, age, expiry, term and length. */
    private static final int SIBLING_BYTES_MIN = 6;
    /** With a loose dot of its own in the clock. */
    private static final int SIBLING_BYTES_ABOUT = 48;

    /** Longer encodings are made anew each time: to keep one beside its values would hold both while a write is under way. */
    private static final int KEPT_BYTES_MAX = 4 << 10;

    private VersionsCodec() {}

    /** Gives an array that is not to be changed. */
    public static byte[] encode(Versions versions) {
        byte[] known = versions.encoding();
        if (known != null) {
            return known;
        }
        VersionVector clock = versions.clock();
        List<Sibling> siblings = versions.siblings();
        RecordBytes out = new RecordBytes(Math.toIntExact(sizeBytes(versions)));
        out.writeByte(FORMAT);
        out.writeByte(TYPE_VALUE);
        write(out, clock);
        out.writeVarint(siblings.size());
        for (int i = 0; i < siblings.size(); i++) {
            write(out, clock, siblings.get(i));
        }
        return kept(versions, out.bytes());
    }

    private static byte[] kept(Versions versions, byte[] encoding) {
        if (encoding.length <= KEPT_BYTES_MAX && !versions.isEmpty()) {
            versions.encoding(encoding);
        }
        return encoding;
    }

    /** How many bytes {@link #encode} gives. */
    public static long sizeBytes(Versions versions) {
        byte[] known = versions.encoding();
        if (known != null) {
            return known.length;
        }
        VersionVector clock = versions.clock();
        List<Sibling> siblings = versions.siblings();
        long size = 2L + sizeOf(clock) + RecordBytes.varintSize(siblings.size());
        for (int i = 0; i < siblings.size(); i++) {
            size += sizeOf(clock, siblings.get(i));
        }
        return size;
    }

    /** About how many of them a sibling takes. */
    static long sizeBytes(Sibling sibling) {
        byte[] value = sibling.value();
        return SIBLING_BYTES_ABOUT + (value == null ? 0L : value.length);
    }

    /** As {@link #decode(byte[])}. Requires: that nobody changes the array from now on. */
    public static Versions decodeAndKeep(byte[] bytes) {
        Versions versions = decode(bytes);
        kept(versions, bytes);
        return versions;
    }

    /** Throws {@link CorruptRecordException} on anything but a whole record of a known format and type. */
    public static Versions decode(byte[] bytes) {
        return decode(bytes, 0, bytes.length);
    }

    /** As {@link #decode(byte[])}, of a part of an array. */
    public static Versions decode(byte[] bytes, int from, int to) {
        RecordReader in = new RecordReader(bytes, from, to);
        requireFormat(in, in.readByte("format"), FORMAT);
        int type = in.readByte("type");
        if (type != TYPE_VALUE) {
            throw in.corrupt("unknown record type " + type);
        }
        VersionVector clock = readVector(in);
        int count = in.readCount(SIBLING_BYTES_MIN, "sibling count");
        List<Sibling> siblings = count == 1 ? List.of(readSibling(in, clock)) : readSiblings(in, clock, count);
        in.requireEnd();
        return Versions.of(clock, siblings);
    }

    /** The type byte of a record, without decoding it. */
    public static int peekType(byte[] bytes) {
        RecordReader in = new RecordReader(bytes, 0, bytes.length);
        requireFormat(in, in.readByte("format"), FORMAT);
        return in.readByte("type");
    }

    public static byte[] encode(VersionVector vector) {
        RecordBytes out = new RecordBytes(1 + sizeOf(vector));
        out.writeByte(VECTOR_FORMAT);
        write(out, vector);
        return out.bytes();
    }

    /** Throws {@link CorruptRecordException} on anything but a whole vector of a known format. */
    public static VersionVector decodeVector(byte[] bytes) {
        RecordReader in = new RecordReader(bytes, 0, bytes.length);
        requireFormat(in, in.readByte("format"), VECTOR_FORMAT);
        VersionVector vector = readVector(in);
        in.requireEnd();
        return vector;
    }

    static int sizeOf(VersionVector vector) {
        int size = RecordBytes.varintSize(vector.entries());
        for (int i = 0; i < vector.entries(); i++) {
            size += 2 * Long.BYTES
                    + RecordBytes.varintSize(vector.actor(i).incarnation())
                    + RecordBytes.varintSize(vector.from(i))
                    + RecordBytes.varintSize(vector.to(i) - vector.from(i));
        }
        return size;
    }

    static void write(RecordBytes out, VersionVector vector) {
        out.writeVarint(vector.entries());
        for (int i = 0; i < vector.entries(); i++) {
            out.writeLong(vector.actor(i).nodeId());
            out.writeVarint(vector.actor(i).incarnation());
            out.writeVarint(vector.from(i));
            out.writeVarint(vector.to(i) - vector.from(i));
            out.writeLong(vector.stamp(i));
        }
    }

    static VersionVector readVector(RecordReader in) {
        int count = in.readCount(RUN_BYTES_MIN, "clock entry count");
        Actor[] actors = new Actor[count];
        long[] spans = new long[count * 3];
        for (int i = 0; i < count; i++) {
            long nodeId = in.readLong("node id");
            long incarnation = in.readVarint("incarnation");
            long from = in.readVarint("counter");
            long more = in.readVarint("counter run");
            long stamp = in.readLong("clock stamp");
            if (incarnation > Integer.MAX_VALUE
                    || from < 1
                    || from > COUNTER_MAX
                    || more > COUNTER_MAX - from
                    || stamp < 0) {
                throw in.corrupt("impossible clock entry");
            }
            actors[i] = new Actor(nodeId, (int) incarnation);
            spans[3 * i] = from;
            spans[3 * i + 1] = from + more;
            spans[3 * i + 2] = stamp;
            requireAscending(in, actors, spans, i);
        }
        return VersionVector.ofRuns(actors, spans);
    }

    private static void requireFormat(RecordReader in, int format, int known) {
        if (format != known) {
            throw in.corrupt("unknown record format " + format);
        }
    }

    /** Runs ascend, and those of one actor do not touch: else they would be one run. */
    private static void requireAscending(RecordReader in, Actor[] actors, long[] spans, int run) {
        if (run == 0) {
            return;
        }
        int order = actors[run - 1].compareTo(actors[run]);
        if (order > 0 || (order == 0 && spans[3 * run] - 1 <= spans[3 * run - 2])) {
            throw in.corrupt("clock entries out of order");
        }
    }

    private static int sizeOf(VersionVector clock, Sibling sibling) {
        int run = clock.runOf(sibling.dot());
        byte[] value = sibling.value();
        int size = RecordBytes.varintSize(run)
                + RecordBytes.varintSize(clock.to(run) - sibling.dot().counter())
                + RecordBytes.varintSize(clock.stamp(run) - sibling.stamp())
                + RecordBytes.varintSize(sibling.expireAtMillis() + 1)
                + sizeOf(sibling.mark(), sibling.stamp());
        return size + (value == null ? 1 : RecordBytes.varintSize(value.length + 1L) + value.length);
    }

    /** A sibling's dot and stamp are written as distances within the run that holds its dot: mostly two zeros. */
    private static void write(RecordBytes out, VersionVector clock, Sibling sibling) {
        int run = clock.runOf(sibling.dot());
        out.writeVarint(run);
        out.writeVarint(clock.to(run) - sibling.dot().counter());
        out.writeVarint(clock.stamp(run) - sibling.stamp());
        // The last millisecond there is makes 2^63.
        out.writeUnsignedVarint(sibling.expireAtMillis() + 1);
        write(out, sibling.mark(), sibling.stamp());
        byte[] value = sibling.value();
        if (value == null) {
            out.writeVarint(0);
        } else {
            out.writeVarint(value.length + 1L);
            out.writeBytes(value);
        }
    }

    /** The number is written twice as great, and one more where a datacenter's name follows. */
    private static int sizeOf(TermMark mark, long stamp) {
        if (mark.isNone()) {
            return 1;
        }
        return RecordBytes.varintSize(mark.number() << 1)
                + (mark.datacenter() == 0 ? 0 : Long.BYTES)
                + RecordBytes.varintSize(below(mark, stamp));
    }

    private static void write(RecordBytes out, TermMark mark, long stamp) {
        if (mark.isNone()) {
            out.writeVarint(0);
            return;
        }
        boolean isNamed = mark.datacenter() != 0;
        out.writeVarint(mark.number() << 1 | (isNamed ? 1 : 0));
        if (isNamed) {
            out.writeLong(mark.datacenter());
        }
        out.writeVarint(below(mark, stamp));
    }

    /** How far below a version its base is; 0: it has none. */
    private static long below(TermMark mark, long stamp) {
        return mark.baseStamp() == 0 ? 0 : stamp - mark.baseStamp();
    }

    private static TermMark readMark(RecordReader in, long stamp) {
        long numbered = in.readVarint("term");
        if (numbered == 0) {
            return TermMark.NONE;
        }
        long datacenter = (numbered & 1) == 0 ? 0 : in.readLong("datacenter of the term");
        long below = in.readVarint("base stamp");
        boolean isNamed = (numbered & 1) != 0;
        if (numbered >>> 1 == 0
                || numbered >>> 1 > Term.NUMBER_MAX
                || isNamed != (datacenter != 0)
                || (below > 0 && below >= stamp)) {
            throw in.corrupt("impossible term");
        }
        return new TermMark(numbered >>> 1, datacenter, below == 0 ? 0 : stamp - below);
    }

    private static List<Sibling> readSiblings(RecordReader in, VersionVector clock, int count) {
        List<Sibling> siblings = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            Sibling sibling = readSibling(in, clock);
            if (i > 0 && Sibling.NEWEST_FIRST.compare(siblings.get(i - 1), sibling) >= 0) {
                throw in.corrupt("siblings out of order");
            }
            siblings.add(sibling);
        }
        requireDistinctDots(in, siblings);
        return List.copyOf(siblings);
    }

    private static void requireDistinctDots(RecordReader in, List<Sibling> siblings) {
        List<Sibling> byDot = new ArrayList<>(siblings);
        byDot.sort(Comparator.comparing(Sibling::dot));
        for (int i = 1; i < byDot.size(); i++) {
            if (byDot.get(i).dot().equals(byDot.get(i - 1).dot())) {
                throw in.corrupt("two siblings of one dot");
            }
        }
    }

    private static Sibling readSibling(RecordReader in, VersionVector clock) {
        long run = in.readVarint("sibling's clock entry");
        long below = in.readVarint("sibling's counter");
        long age = in.readVarint("sibling's age");
        long expire = in.readUnsignedVarint("expiry") - 1;
        if (expire < Sibling.NEVER) {
            throw in.corrupt("an expiry past the end of time");
        }
        if (run >= clock.entries()
                || below > clock.to((int) run) - clock.from((int) run)
                || age > clock.stamp((int) run)) {
            throw in.corrupt("a sibling that the clock does not cover");
        }
        Dot dot = new Dot(clock.actor((int) run), clock.to((int) run) - below);
        long stamp = clock.stamp((int) run) - age;
        TermMark mark = readMark(in, stamp);
        return new Sibling(dot, stamp, expire, readValue(in), mark);
    }

    private static byte @Nullable [] readValue(RecordReader in) {
        long lengthPlusOne = in.readVarint("value length");
        if (lengthPlusOne == 0) {
            return null;
        }
        if (lengthPlusOne - 1 > in.remaining()) {
            throw in.corrupt("a value of " + (lengthPlusOne - 1) + " in the last " + in.remaining() + " bytes");
        }
        return in.readBytes((int) (lengthPlusOne - 1), "value");
    }
}
