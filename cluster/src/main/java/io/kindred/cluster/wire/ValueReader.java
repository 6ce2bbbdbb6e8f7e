package io.kindred.cluster.wire;

import io.kindred.cluster.membership.Accusation;
import io.kindred.cluster.membership.Beat;
import io.kindred.cluster.membership.ChangeRecord;
import io.kindred.cluster.membership.HeldPartitions;
import io.kindred.cluster.membership.Member;
import io.kindred.cluster.membership.Standing;
import io.kindred.cluster.message.ClockReading;
import io.kindred.cluster.message.Guard;
import io.kindred.cluster.message.Operation;
import io.kindred.cluster.message.Outcome;
import io.kindred.cluster.message.QuorumSpec;
import io.kindred.cluster.message.Record;
import io.kindred.cluster.ring.RecordKey;
import io.kindred.cluster.ring.Ring;
import io.kindred.cluster.version.Sibling;
import io.kindred.cluster.version.Term;
import io.kindred.cluster.version.VersionVector;
import io.kindred.cluster.version.Versions;
import io.kindred.cluster.version.VersionsCodec;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads what {@link ValueWriter} wrote. A container's own damage comes out of {@link VersionsCodec} unchecked. */
final class ValueReader {

    /** A list is given room for this many at first, and grows with what is read. */
    static final int LIST_ROOM = 64;

    private static final int MEMBER_BYTES_MIN = 25;
    private static final int BEAT_BYTES_MIN = 36;
    private static final int HOLDING_BYTES_MIN = 11;
    private static final int ACCUSATION_BYTES_MIN = 9;
    private static final int CHANGE_BYTES_MIN = 43;
    private static final int KEY_NAME_BYTES_MIN = 2;
    private static final int RECORD_BYTES_MIN = RecordKey.PREFIX_BYTES + 2;
    private static final int PORT_MAX = 65_535;

    private ValueReader() {}

    static Member readMember(FrameReader in) throws CorruptFrame {
        long id = in.readLong("member id");
        String name = in.readString("member name");
        String host = in.readString("member host");
        long clientPorts = in.readVarint("client ports");
        return new Member(
                id,
                name,
                host,
                port(clientPorts & PORT_MAX),
                port(clientPorts >>> ValueWriter.PORT_BITS),
                port(in.readVarint("cluster port")),
                in.readString("zone"),
                in.readString("datacenter"),
                readWeight(in),
                in.readInt("incarnation"),
                in.readVarint("generation"),
                in.readVarint("heartbeat"));
    }

    static List<Member> readMembers(FrameReader in) throws CorruptFrame {
        int count = in.readCount(MEMBER_BYTES_MIN, "members");
        List<Member> members = new ArrayList<>(Math.min(count, LIST_ROOM));
        for (int i = 0; i < count; i++) {
            members.add(readMember(in));
        }
        return members;
    }

    static List<Beat> readBeats(FrameReader in) throws CorruptFrame {
        int count = in.readCount(BEAT_BYTES_MIN, "beats");
        List<Beat> beats = new ArrayList<>(Math.min(count, LIST_ROOM));
        for (int i = 0; i < count; i++) {
            beats.add(new Beat(
                    in.readLong("member id"),
                    in.readVarint("generation"),
                    in.readVarint("heartbeat"),
                    readAccusations(in),
                    new Standing(
                            in.readLong("hash of its records"),
                            in.readVarint("version of its holding"),
                            in.readLong("oldest debt"),
                            in.readLong("clock"))));
        }
        return beats;
    }

    static List<HeldPartitions> readHoldings(FrameReader in) throws CorruptFrame {
        int count = in.readCount(HOLDING_BYTES_MIN, "holdings");
        List<HeldPartitions> holdings = new ArrayList<>(Math.min(count, LIST_ROOM));
        for (int i = 0; i < count; i++) {
            long id = in.readLong("member id");
            long version = in.readVarint("version of its holding");
            boolean hasJoined = in.readBoolean("whether it has joined");
            int words = in.readCount(Long.BYTES, "words of a holding");
            if (words > Ring.PARTITIONS_MAX / Long.SIZE) {
                throw new CorruptFrame("a holding of " + words + " words");
            }
            long[] held = new long[words];
            for (int word = 0; word < words; word++) {
                held[word] = in.readLong("partitions held");
            }
            holdings.add(new HeldPartitions(id, version, hasJoined, held));
        }
        return holdings;
    }

    private static List<Accusation> readAccusations(FrameReader in) throws CorruptFrame {
        int count = in.readCount(ACCUSATION_BYTES_MIN, "accusations");
        if (count == 0) {
            return List.of();
        }
        if (count > Beat.ACCUSED_MAX) {
            throw new CorruptFrame(count + " accusations of one member");
        }
        List<Accusation> accused = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            accused.add(new Accusation(in.readLong("accused member"), in.readVarint("accused generation")));
        }
        return List.copyOf(accused);
    }

    static List<ChangeRecord> readChanges(FrameReader in) throws CorruptFrame {
        int count = in.readCount(CHANGE_BYTES_MIN, "change records");
        List<ChangeRecord> changes = new ArrayList<>(Math.min(count, LIST_ROOM));
        for (int i = 0; i < count; i++) {
            changes.add(readChange(in));
        }
        return changes;
    }

    static QuorumSpec readQuorum(FrameReader in) throws CorruptFrame {
        return new QuorumSpec(
                in.readInt("R"), in.readInt("W"), in.readInt("PR"), in.readInt("PW"), in.readBoolean("scope"));
    }

    /** A record's own key, as all are that nodes speak of: hints are each node's own business. */
    static RecordKey readKey(FrameReader in) throws CorruptFrame {
        RecordKey key = RecordKey.parse(in.readBytes("key"));
        if (key == null || key.isHint()) {
            throw new CorruptFrame("a key that has not the layout of a record's");
        }
        return key;
    }

    static List<Record> readRecords(FrameReader in) throws CorruptFrame {
        int count = in.readCount(RECORD_BYTES_MIN, "records");
        List<Record> records = new ArrayList<>(Math.min(count, LIST_ROOM));
        for (int i = 0; i < count; i++) {
            records.add(new Record(readKey(in), readVersions(in)));
        }
        return records;
    }

    static Versions readVersions(FrameReader in) throws CorruptFrame {
        return VersionsCodec.decodeAndKeep(in.readBytes("versions"));
    }

    static @Nullable Versions readNullableVersions(FrameReader in) throws CorruptFrame {
        return in.readBoolean("presence of versions") ? readVersions(in) : null;
    }

    static Term readTerm(FrameReader in) throws CorruptFrame {
        long number = in.readVarint("term");
        if (number < 0 || number > Term.NUMBER_MAX) {
            throw new CorruptFrame("impossible term " + number);
        }
        return number == 0 ? Term.NONE : new Term(number, in.readLong("node of a term"));
    }

    static Guard readGuard(FrameReader in) throws CorruptFrame {
        return new Guard(
                readTerm(in),
                in.readLong("datacenter of a term"),
                in.readLong("stamp of the ring"),
                in.readLong("print of the ring"),
                in.readBoolean("whether plain writes wait"));
    }

    static @Nullable Guard readNullableGuard(FrameReader in) throws CorruptFrame {
        return in.readBoolean("presence of a term") ? readGuard(in) : null;
    }

    static VersionVector readVector(FrameReader in) throws CorruptFrame {
        return VersionsCodec.decodeVector(in.readBytes("version vector"));
    }

    static List<Long> readStamps(FrameReader in) throws CorruptFrame {
        int count = in.readCount(Long.BYTES, "stamps");
        List<Long> stamps = new ArrayList<>(Math.min(count, LIST_ROOM));
        for (int i = 0; i < count; i++) {
            stamps.add(in.readLong("stamp"));
        }
        return stamps;
    }

    static ClockReading readClocks(FrameReader in) throws CorruptFrame {
        return new ClockReading(in.readVarint("start"), in.readLong("monotonic clock"), in.readLong("wall clock"));
    }

    static Operation readOperation(FrameReader in) throws CorruptFrame {
        int type = in.readByte("operation type");
        int db = in.readInt("db");
        byte[] key = in.readBytes("key");
        return switch (type) {
            case ValueWriter.GET -> new Operation.Get(db, key);
            case ValueWriter.PUT -> readPut(in, db, key);
            case ValueWriter.UPDATE -> new Operation.Update(db, key, readArgs(in));
            case ValueWriter.GROUP_UPDATE -> readGroupUpdate(in, new Operation.KeyName(db, key));
            default -> throw new CorruptFrame("unknown operation type " + type);
        };
    }

    static Outcome readOutcome(FrameReader in) throws CorruptFrame {
        int type = in.readByte("outcome type");
        return switch (type) {
            case ValueWriter.FOUND -> new Outcome.Found(readVersions(in));
            case ValueWriter.WRITTEN -> new Outcome.Written(readVector(in));
            case ValueWriter.UPDATED -> new Outcome.Updated(ReplyCodec.read(in));
            case ValueWriter.TRY_AGAIN -> new Outcome.TryAgain(in.readString("why"));
            case ValueWriter.NO_QUORUM -> new Outcome.NoQuorum(in.readString("what"));
            case ValueWriter.REFUSED -> new Outcome.Refused(in.readString("error"));
            default -> throw new CorruptFrame("unknown outcome type " + type);
        };
    }

    private static Operation readGroupUpdate(FrameReader in, Operation.KeyName first) throws CorruptFrame {
        int count = in.readCount(KEY_NAME_BYTES_MIN, "keys");
        List<Operation.KeyName> keys = new ArrayList<>(Math.min(count + 1, LIST_ROOM));
        keys.add(first);
        for (int i = 0; i < count; i++) {
            keys.add(new Operation.KeyName(in.readInt("db"), in.readBytes("key")));
        }
        return new Operation.GroupUpdate(keys, readArgs(in));
    }

    private static Operation readPut(FrameReader in, int db, byte[] key) throws CorruptFrame {
        VersionVector context = in.readBoolean("presence of a context") ? readVector(in) : null;
        byte[] value = in.readBoolean("presence of a value") ? in.readBytes("value") : null;
        long expireAtMillis = in.readSigned("expiry");
        if (expireAtMillis < Sibling.NEVER) {
            throw new CorruptFrame("an expiry of " + expireAtMillis);
        }
        return new Operation.Put(db, key, context, value, expireAtMillis);
    }

    private static byte[][] readArgs(FrameReader in) throws CorruptFrame {
        int count = in.readCount(1, "arguments");
        if (count == 0) {
            throw new CorruptFrame("an update without a command name");
        }
        List<byte[]> args = new ArrayList<>(Math.min(count, LIST_ROOM));
        for (int i = 0; i < count; i++) {
            args.add(in.readBytes("argument"));
        }
        return args.toArray(new byte[0][]);
    }

    private static ChangeRecord readChange(FrameReader in) throws CorruptFrame {
        return new ChangeRecord(
                ChangeKinds.kind(in.readByte("kind of change")),
                in.readLong("author"),
                in.readLong("stamp"),
                in.readLong("subject"),
                readWeight(in),
                in.readString("zone"),
                in.readString("datacenter"),
                in.readLong("other node"));
    }

    private static int port(long port) throws CorruptFrame {
        if (port < 0 || port > PORT_MAX) {
            throw new CorruptFrame("no such port: " + port);
        }
        return (int) port;
    }

    static double readWeight(FrameReader in) throws CorruptFrame {
        double weight = in.readDouble("weight");
        if (!Double.isFinite(weight) || weight <= 0) {
            throw new CorruptFrame("impossible weight " + weight);
        }
        return weight;
    }
}
