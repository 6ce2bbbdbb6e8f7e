package io.kindred.cluster.wire;

import io.kindred.cluster.message.AskerDeadline;
import io.kindred.cluster.message.HandoffMessage;
import io.kindred.cluster.message.KeyspaceMessage;
import io.kindred.cluster.message.MembershipMessage;
import io.kindred.cluster.message.Message;
import io.kindred.cluster.message.Message.Verdict;
import io.kindred.cluster.message.Record;
import io.kindred.cluster.message.RequestMessage;
import io.kindred.cluster.message.TermMessage;
import io.kindred.cluster.ring.RecordKey;
import io.kindred.cluster.version.Actor;
import io.kindred.cluster.version.Dot;
import io.kindred.cluster.version.Term;
import io.kindred.cluster.version.Versions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the body of a message; {@link MessageEncoder} is the other end. */
final class MessageDecoder {

    private MessageDecoder() {}

    static Message decode(FrameReader in) throws CorruptFrame {
        int type = in.readByte("message type");
        return switch (type) {
            case MessageType.JOIN_REQUEST ->
                new MembershipMessage.JoinRequest(
                        ValueReader.readMember(in), in.readString("fingerprint"), in.readString("whom it replaces"));
            case MessageType.JOIN_REFUSED -> new MembershipMessage.JoinRefused(in.readString("reason"));
            case MessageType.GOSSIP -> readGossip(in);
            case MessageType.GOSSIP_ASK ->
                new MembershipMessage.GossipAsk(
                        ValueReader.readStamps(in),
                        ValueReader.readStamps(in),
                        ValueReader.readStamps(in),
                        in.readLong("stamp of the checkpoint"),
                        in.readLong("hash of the checkpoint"));
            case MessageType.GOSSIP_TELL ->
                new MembershipMessage.GossipTell(
                        ValueReader.readMembers(in),
                        CheckpointCodec.readNullable(in),
                        ValueReader.readChanges(in),
                        ValueReader.readHoldings(in),
                        in.readLong("records' hash"),
                        in.readLong("cluster"));
            case MessageType.PING ->
                new MembershipMessage.Ping(
                        in.readVarint("number"), in.readLong("stamp"), in.readLong("when it was sent"));
            case MessageType.PONG ->
                new MembershipMessage.Pong(
                        in.readVarint("number"),
                        in.readLong("stamp"),
                        in.readLong("when it was asked"),
                        ValueReader.readClocks(in));
            case MessageType.PRESSURE -> new MembershipMessage.Pressure(in.readBoolean("whether it is full"));
            case MessageType.START_ASKED -> new MembershipMessage.StartAsked(in.readVarint("start"));
            case MessageType.START_KNOWN ->
                new MembershipMessage.StartKnown(in.readVarint("start"), ValueReader.readStamps(in));
            case MessageType.ACKS -> readAcks(in);
            default -> decodeOfRequest(type, in);
        };
    }

    private static Message readAcks(FrameReader in) throws CorruptFrame {
        int count = in.readCount(1, "acknowledged requests");
        if (count > RequestMessage.Acks.REQUESTS_MAX) {
            throw new CorruptFrame(count + " requests acknowledged at once");
        }
        long[] ids = new long[count];
        long before = 0;
        for (int i = 0; i < ids.length; i++) {
            before += in.readSigned("request id");
            ids[i] = before;
        }
        return new RequestMessage.Acks(ids);
    }

    private static Message decodeOfRequest(int type, FrameReader in) throws CorruptFrame {
        long id = in.readVarint("request id");
        return switch (type) {
            case MessageType.FORWARD -> readForward(id, in);
            case MessageType.FORWARD_REPLY ->
                new RequestMessage.ForwardReply(id, ValueReader.readOutcome(in), ValueReader.readClocks(in));
            case MessageType.READ_REQUEST ->
                new RequestMessage.ReadRequest(
                        id,
                        ValueReader.readKey(in),
                        in.readBoolean("whether as a stand-in"),
                        ValueReader.readNullableGuard(in));
            case MessageType.READ_REPLY -> readReadReply(id, in);
            case MessageType.DELTAS ->
                new RequestMessage.Deltas(
                        id, readDeltas(in), in.readLong("intended node"), ValueReader.readNullableGuard(in));
            case MessageType.DELTAS_ACK ->
                new RequestMessage.DeltasAck(
                        id, Verdicts.read(in), ValueReader.readNullableVersions(in), ValueReader.readTerm(in));
            case MessageType.DOT_REQUEST ->
                new RequestMessage.DotRequest(
                        id,
                        ValueReader.readKey(in),
                        ValueReader.readVector(in),
                        in.readBoolean("whether as a stand-in"));
            case MessageType.DOT_REPLY -> readDotReply(id, in);
            case MessageType.TERM_CLAIM ->
                new TermMessage.TermClaim(id, in.readInt("partition"), ValueReader.readGuard(in));
            case MessageType.TERM_REPLY ->
                new TermMessage.TermReply(id, Verdicts.read(in), ValueReader.readTerm(in), in.readInt("pause"));
            case MessageType.TERMS_REQUEST -> new TermMessage.TermsRequest(id, readPartitions(in));
            case MessageType.TERMS_REPLY -> readTerms(id, in);
            case MessageType.HAND_OVER -> new HandoffMessage.HandOver(id, ValueReader.readRecords(in));
            case MessageType.RELAY -> new HandoffMessage.Relay(id, ValueReader.readRecords(in));
            case MessageType.HAND_OVER_ACK ->
                new HandoffMessage.HandOverAck(id, Verdicts.read(in), readPlaces(in), in.readInt("credit"));
            case MessageType.COUNT_REQUEST ->
                new KeyspaceMessage.CountRequest(id, in.readInt("db"), readPartitions(in));
            case MessageType.COUNT_REPLY -> new KeyspaceMessage.CountReply(id, in.readVarint("keys"));
            case MessageType.SCAN_REQUEST ->
                new KeyspaceMessage.ScanRequest(
                        id, in.readInt("db"), in.readInt("partition"), in.readLong("hash"), in.readInt("limit"));
            case MessageType.SCAN_REPLY -> readScanReply(id, in);
            case MessageType.CLOCK_REQUEST -> new KeyspaceMessage.ClockRequest(id);
            case MessageType.CLOCK_REPLY ->
                new KeyspaceMessage.ClockReply(id, in.readLong("stamp"), in.readLong("wall clock"));
            case MessageType.FLUSH -> new KeyspaceMessage.Flush(id, ValueReader.readStamps(in));
            case MessageType.FLUSH_ACK ->
                new KeyspaceMessage.FlushAck(id, Verdicts.read(in), in.readLong("stamp given"));
            case MessageType.INTEREST, MessageType.INTEREST_ACK, MessageType.PUBLICATION ->
                PubSubCodec.read(type, id, in);
            case MessageType.SCRIPT_REQUEST, MessageType.SCRIPT_REPLY, MessageType.SCRIPT_FLUSH ->
                ScriptCodec.read(type, id, in);
            default -> ExchangeCodec.read(type, id, in);
        };
    }

    private static Message readGossip(FrameReader in) throws CorruptFrame {
        return new MembershipMessage.Gossip(
                ValueReader.readBeats(in),
                in.readLong("records' hash"),
                ValueReader.readStamps(in),
                in.readBoolean("whether to answer"));
    }

    private static Message readForward(long id, FrameReader in) throws CorruptFrame {
        return new RequestMessage.Forward(
                id,
                ValueReader.readOperation(in),
                ValueReader.readQuorum(in),
                in.readLong("stamp"),
                in.readInt("budget"),
                new AskerDeadline(in.readVarint("start"), in.readLong("deadline")),
                in.readBoolean("whether it was passed on"));
    }

    private static Message readTerms(long id, FrameReader in) throws CorruptFrame {
        int count = in.readCount(1, "terms");
        List<Term> terms = new ArrayList<>(Math.min(count, ValueReader.LIST_ROOM));
        for (int i = 0; i < count; i++) {
            terms.add(ValueReader.readTerm(in));
        }
        return new TermMessage.TermsReply(id, terms, readPartitions(in), readPartitions(in));
    }

    private static Message readReadReply(long id, FrameReader in) throws CorruptFrame {
        Verdict verdict = Verdicts.read(in);
        @Nullable Versions versions = ValueReader.readNullableVersions(in);
        boolean isAnswer = verdict == Verdict.OK || verdict == Verdict.UNCOUNTED;
        if (isAnswer != (versions != null)) {
            throw new CorruptFrame(
                    "a read reply that is " + verdict + (versions == null ? " without" : " with") + " versions");
        }
        return new RequestMessage.ReadReply(id, verdict, versions, ValueReader.readTerm(in));
    }

    /** Those of a request are different ones of one partition: they are joined together. */
    private static List<Record> readDeltas(FrameReader in) throws CorruptFrame {
        List<Record> records = ValueReader.readRecords(in);
        if (records.isEmpty()) {
            throw new CorruptFrame("deltas without a record");
        }
        if (records.size() > 1) {
            Set<RecordKey> keys = new HashSet<>();
            for (Record each : records) {
                if (each.key().partition() != records.get(0).key().partition() || !keys.add(each.key())) {
                    throw new CorruptFrame("deltas of several partitions, or of a record twice");
                }
            }
        }
        return records;
    }

    private static Message readDotReply(long id, FrameReader in) throws CorruptFrame {
        Verdict verdict = Verdicts.read(in);
        Dot dot = null;
        if (verdict == Verdict.OK) {
            long node = in.readLong("actor");
            int incarnation = in.readInt("incarnation");
            long counter = in.readVarint("counter");
            if (incarnation < 1 || counter < 1) {
                throw new CorruptFrame("a dot of incarnation " + incarnation + " with counter " + counter);
            }
            dot = new Dot(new Actor(node, incarnation), counter);
        }
        @Nullable Versions held = ValueReader.readNullableVersions(in);
        if ((dot != null) != (held != null)) {
            throw new CorruptFrame(
                    "a dot reply that is " + verdict + (held == null ? " without" : " with") + " versions");
        }
        return new RequestMessage.DotReply(id, verdict, dot, held, in.readLong("flush stamp"));
    }

    private static Message readScanReply(long id, FrameReader in) throws CorruptFrame {
        return new KeyspaceMessage.ScanReply(
                id, Verdicts.read(in), ValueReader.readRecords(in), in.readLong("next hash"), in.readBoolean("done"));
    }

    private static List<Integer> readPlaces(FrameReader in) throws CorruptFrame {
        int count = in.readCount(1, "refused hints");
        List<Integer> places = new ArrayList<>(Math.min(count, ValueReader.LIST_ROOM));
        for (int i = 0; i < count; i++) {
            places.add(in.readInt("place"));
        }
        return places;
    }

    private static int[] readPartitions(FrameReader in) throws CorruptFrame {
        int[] partitions = new int[in.readCount(1, "partitions")];
        for (int i = 0; i < partitions.length; i++) {
            partitions[i] = in.readInt("partition");
        }
        return partitions;
    }
}
