package io.kindred.cluster.wire;

import static io.kindred.cluster.wire.FrameWriter.writeBoolean;
import static io.kindred.cluster.wire.FrameWriter.writeSigned;
import static io.kindred.cluster.wire.FrameWriter.writeString;
import static io.kindred.cluster.wire.FrameWriter.writeVarint;

import io.kindred.cluster.message.AnswerHandler;
import io.kindred.cluster.message.ExchangeMessage;
import io.kindred.cluster.message.HandoffMessage;
import io.kindred.cluster.message.KeyspaceMessage;
import io.kindred.cluster.message.MembershipMessage;
import io.kindred.cluster.message.Message;
import io.kindred.cluster.message.MessageHandler;
import io.kindred.cluster.message.PubSubMessage;
import io.kindred.cluster.message.RequestMessage;
import io.kindred.cluster.message.ScriptMessage;
import io.kindred.cluster.message.TermMessage;
import io.kindred.cluster.version.Dot;
import io.netty.buffer.ByteBuf;

/**
 * Writes the body of a message, one method each; it is a handler, so a message without bytes does not compile. {@link
 * MessageDecoder} is the other end. {@code from} means nothing here.
 */
final class MessageEncoder implements MessageHandler, AnswerHandler {

    private final ByteBuf out;

    MessageEncoder(ByteBuf out) {
        this.out = out;
    }

    @Override
    public void onAnswer(long from, Message.Answer message) {
        message.tell(from, this);
    }

    @Override
    public void onJoinRequest(long from, MembershipMessage.JoinRequest message) {
        out.writeByte(MessageType.JOIN_REQUEST);
        ValueWriter.write(out, message.newcomer());
        writeString(out, message.fingerprint());
        writeString(out, message.replaces());
    }

    @Override
    public void onJoinRefused(long from, MembershipMessage.JoinRefused message) {
        out.writeByte(MessageType.JOIN_REFUSED);
        writeString(out, message.reason());
    }

    @Override
    public void onGossip(long from, MembershipMessage.Gossip message) {
        out.writeByte(MessageType.GOSSIP);
        writeVarint(out, message.beats().size());
        message.beats().forEach(beat -> ValueWriter.write(out, beat));
        out.writeLong(message.recordsHash());
        ValueWriter.writeStamps(out, message.flushStamps());
        writeBoolean(out, message.answer());
    }

    @Override
    public void onGossipAsk(long from, MembershipMessage.GossipAsk message) {
        out.writeByte(MessageType.GOSSIP_ASK);
        ValueWriter.writeStamps(out, message.members());
        ValueWriter.writeStamps(out, message.holdings());
        ValueWriter.writeStamps(out, message.recordHashes());
        out.writeLong(message.compactedStamp());
        out.writeLong(message.compactedHash());
    }

    @Override
    public void onGossipTell(long from, MembershipMessage.GossipTell message) {
        out.writeByte(MessageType.GOSSIP_TELL);
        writeVarint(out, message.members().size());
        message.members().forEach(member -> ValueWriter.write(out, member));
        CheckpointCodec.writeNullable(out, message.checkpoint());
        writeVarint(out, message.records().size());
        message.records().forEach(change -> ValueWriter.write(out, change));
        writeVarint(out, message.holdings().size());
        message.holdings().forEach(holding -> ValueWriter.write(out, holding));
        out.writeLong(message.recordsHash());
        out.writeLong(message.cluster());
    }

    @Override
    public void onPing(long from, MembershipMessage.Ping message) {
        begin(MessageType.PING, message.number());
        out.writeLong(message.stamp());
        out.writeLong(message.sentNanos());
    }

    @Override
    public void onPong(long from, MembershipMessage.Pong message) {
        begin(MessageType.PONG, message.number());
        out.writeLong(message.stamp());
        out.writeLong(message.sentNanos());
        ValueWriter.write(out, message.reading());
    }

    @Override
    public void onPressure(long from, MembershipMessage.Pressure message) {
        out.writeByte(MessageType.PRESSURE);
        writeBoolean(out, message.full());
    }

    @Override
    public void onStartAsked(long from, MembershipMessage.StartAsked message) {
        begin(MessageType.START_ASKED, message.start());
    }

    @Override
    public void onStartKnown(long from, MembershipMessage.StartKnown message) {
        begin(MessageType.START_KNOWN, message.start());
        ValueWriter.writeStamps(out, message.known());
    }

    @Override
    public void onForward(long from, RequestMessage.Forward message) {
        begin(MessageType.FORWARD, message.requestId());
        ValueWriter.write(out, message.operation());
        ValueWriter.write(out, message.quorum());
        out.writeLong(message.stamp());
        writeVarint(out, message.budgetMillis());
        writeVarint(out, message.deadline().start());
        out.writeLong(message.deadline().nanos());
        writeBoolean(out, message.isPassedOn());
    }

    @Override
    public void onForwardReply(long from, RequestMessage.ForwardReply message) {
        begin(MessageType.FORWARD_REPLY, message.requestId());
        ValueWriter.write(out, message.outcome());
        ValueWriter.write(out, message.reading());
    }

    @Override
    public void onReadRequest(long from, RequestMessage.ReadRequest message) {
        begin(MessageType.READ_REQUEST, message.requestId());
        ValueWriter.write(out, message.storageKey());
        writeBoolean(out, message.asStandIn());
        ValueWriter.writeNullable(out, message.guard());
    }

    @Override
    public void onReadReply(long from, RequestMessage.ReadReply message) {
        begin(MessageType.READ_REPLY, message.requestId());
        out.writeByte(Verdicts.code(message.verdict()));
        ValueWriter.writeNullable(out, message.versions());
        ValueWriter.write(out, message.shown());
    }

    @Override
    public void onDeltas(long from, RequestMessage.Deltas message) {
        begin(MessageType.DELTAS, message.requestId());
        ValueWriter.writeRecords(out, message.records());
        out.writeLong(message.intended());
        ValueWriter.writeNullable(out, message.guard());
    }

    @Override
    public void onAcks(long from, RequestMessage.Acks message) {
        out.writeByte(MessageType.ACKS);
        writeVarint(out, message.requestIds().length);
        long before = 0;
        for (long id : message.requestIds()) {
            writeSigned(out, id - before);
            before = id;
        }
    }

    @Override
    public void onDeltasAck(long from, RequestMessage.DeltasAck message) {
        begin(MessageType.DELTAS_ACK, message.requestId());
        out.writeByte(Verdicts.code(message.verdict()));
        ValueWriter.writeNullable(out, message.uncovered());
        ValueWriter.write(out, message.shown());
    }

    @Override
    public void onTermClaim(long from, TermMessage.TermClaim message) {
        begin(MessageType.TERM_CLAIM, message.requestId());
        writeVarint(out, message.partition());
        ValueWriter.write(out, message.guard());
    }

    @Override
    public void onTermReply(long from, TermMessage.TermReply message) {
        begin(MessageType.TERM_REPLY, message.requestId());
        out.writeByte(Verdicts.code(message.verdict()));
        ValueWriter.write(out, message.shown());
        writeVarint(out, message.comeAgainMillis());
    }

    @Override
    public void onTermsRequest(long from, TermMessage.TermsRequest message) {
        begin(MessageType.TERMS_REQUEST, message.requestId());
        writePartitions(message.partitions());
    }

    @Override
    public void onTermsReply(long from, TermMessage.TermsReply message) {
        begin(MessageType.TERMS_REPLY, message.requestId());
        writeVarint(out, message.terms().size());
        message.terms().forEach(term -> ValueWriter.write(out, term));
        writePartitions(message.uncounted());
        writePartitions(message.emptied());
    }

    @Override
    public void onDotRequest(long from, RequestMessage.DotRequest message) {
        begin(MessageType.DOT_REQUEST, message.requestId());
        ValueWriter.write(out, message.storageKey());
        ValueWriter.write(out, message.seen());
        writeBoolean(out, message.asStandIn());
    }

    @Override
    public void onDotReply(long from, RequestMessage.DotReply message) {
        begin(MessageType.DOT_REPLY, message.requestId());
        out.writeByte(Verdicts.code(message.verdict()));
        Dot dot = message.dot();
        if (dot != null) {
            out.writeLong(dot.actor().nodeId());
            writeVarint(out, dot.actor().incarnation());
            writeVarint(out, dot.counter());
        }
        ValueWriter.writeNullable(out, message.held());
        out.writeLong(message.flushStamp());
    }

    @Override
    public void onHandOver(long from, HandoffMessage.HandOver message) {
        begin(MessageType.HAND_OVER, message.requestId());
        ValueWriter.writeRecords(out, message.records());
    }

    @Override
    public void onRelay(long from, HandoffMessage.Relay message) {
        begin(MessageType.RELAY, message.requestId());
        ValueWriter.writeRecords(out, message.records());
    }

    @Override
    public void onHandOverAck(long from, HandoffMessage.HandOverAck message) {
        begin(MessageType.HAND_OVER_ACK, message.requestId());
        out.writeByte(Verdicts.code(message.verdict()));
        writeVarint(out, message.refused().size());
        message.refused().forEach(place -> writeVarint(out, place));
        writeVarint(out, message.creditBytes());
    }

    @Override
    public void onTreeRoots(long from, ExchangeMessage.TreeRoots message) {
        begin(MessageType.TREE_ROOTS, message.requestId());
        writeVarint(out, message.partitionsPerSum());
        ExchangeCodec.write(out, message.partitions());
    }

    @Override
    public void onTreeRootsReply(long from, ExchangeMessage.TreeRootsReply message) {
        begin(MessageType.TREE_ROOTS_REPLY, message.requestId());
        out.writeLong(message.flushPrint());
        ExchangeCodec.write(out, message.sums());
        ExchangeCodec.write(out, message.notReady());
    }

    @Override
    public void onTreeLanes(long from, ExchangeMessage.TreeLanes message) {
        begin(MessageType.TREE_LANES, message.requestId());
        ExchangeCodec.write(out, message.partitions());
        ExchangeCodec.write(out, message.reapMarks());
    }

    @Override
    public void onTreeLanesReply(long from, ExchangeMessage.TreeLanesReply message) {
        begin(MessageType.TREE_LANES_REPLY, message.requestId());
        ExchangeCodec.writeLanes(out, message.lanes());
        ExchangeCodec.write(out, message.reapMarks());
    }

    @Override
    public void onTreeSums(long from, ExchangeMessage.TreeSums message) {
        begin(MessageType.TREE_SUMS, message.requestId());
        ExchangeCodec.writeSpans(out, message.spans());
    }

    @Override
    public void onTreeSumsReply(long from, ExchangeMessage.TreeSumsReply message) {
        begin(MessageType.TREE_SUMS_REPLY, message.requestId());
        ExchangeCodec.write(out, message.sums());
    }

    @Override
    public void onBucketKeys(long from, ExchangeMessage.BucketKeys message) {
        begin(MessageType.BUCKET_KEYS, message.requestId());
        ExchangeCodec.writeRanges(out, message.ranges());
        ExchangeCodec.write(out, message.digests());
    }

    @Override
    public void onBucketKeysReply(long from, ExchangeMessage.BucketKeysReply message) {
        begin(MessageType.BUCKET_KEYS_REPLY, message.requestId());
        ExchangeCodec.write(out, message);
    }

    @Override
    public void onBucketSums(long from, ExchangeMessage.BucketSums message) {
        begin(MessageType.BUCKET_SUMS, message.requestId());
        ExchangeCodec.write(out, message.range());
        ExchangeCodec.write(out, message.sums());
    }

    @Override
    public void onBucketSumsReply(long from, ExchangeMessage.BucketSumsReply message) {
        begin(MessageType.BUCKET_SUMS_REPLY, message.requestId());
        out.writeByte(Verdicts.code(message.verdict()));
        out.writeLong(message.differing());
    }

    @Override
    public void onExchangeObjects(long from, ExchangeMessage.ExchangeObjects message) {
        begin(MessageType.EXCHANGE_OBJECTS, message.requestId());
        ValueWriter.writeRecords(out, message.records());
        ExchangeCodec.writeKeys(out, message.wanted());
    }

    @Override
    public void onExchangeObjectsReply(long from, ExchangeMessage.ExchangeObjectsReply message) {
        begin(MessageType.EXCHANGE_OBJECTS_REPLY, message.requestId());
        out.writeByte(Verdicts.code(message.verdict()));
        ValueWriter.writeRecords(out, message.records());
    }

    @Override
    public void onExchangeAsked(long from, ExchangeMessage.ExchangeAsked message) {
        begin(MessageType.EXCHANGE_ASKED, message.requestId());
        writeVarint(out, message.partition());
        out.writeLong(message.with());
    }

    @Override
    public void onExchangeDone(long from, ExchangeMessage.ExchangeDone message) {
        begin(MessageType.EXCHANGE_DONE, message.requestId());
        out.writeByte(Verdicts.code(message.verdict()));
    }

    @Override
    public void onCountRequest(long from, KeyspaceMessage.CountRequest message) {
        begin(MessageType.COUNT_REQUEST, message.requestId());
        writeVarint(out, message.db());
        writePartitions(message.partitions());
    }

    @Override
    public void onCountReply(long from, KeyspaceMessage.CountReply message) {
        begin(MessageType.COUNT_REPLY, message.requestId());
        writeVarint(out, message.keys());
    }

    @Override
    public void onScanRequest(long from, KeyspaceMessage.ScanRequest message) {
        begin(MessageType.SCAN_REQUEST, message.requestId());
        writeVarint(out, message.db());
        writeVarint(out, message.partition());
        out.writeLong(message.fromHash());
        writeVarint(out, message.limit());
    }

    @Override
    public void onScanReply(long from, KeyspaceMessage.ScanReply message) {
        begin(MessageType.SCAN_REPLY, message.requestId());
        out.writeByte(Verdicts.code(message.verdict()));
        ValueWriter.writeRecords(out, message.records());
        out.writeLong(message.nextHash());
        writeBoolean(out, message.done());
    }

    @Override
    public void onClockRequest(long from, KeyspaceMessage.ClockRequest message) {
        begin(MessageType.CLOCK_REQUEST, message.requestId());
    }

    @Override
    public void onClockReply(long from, KeyspaceMessage.ClockReply message) {
        begin(MessageType.CLOCK_REPLY, message.requestId());
        out.writeLong(message.stamp());
        out.writeLong(message.wallMillis());
    }

    @Override
    public void onFlush(long from, KeyspaceMessage.Flush message) {
        begin(MessageType.FLUSH, message.requestId());
        ValueWriter.writeStamps(out, message.flushStamps());
    }

    @Override
    public void onFlushAck(long from, KeyspaceMessage.FlushAck message) {
        begin(MessageType.FLUSH_ACK, message.requestId());
        out.writeByte(Verdicts.code(message.verdict()));
        out.writeLong(message.passed());
    }

    @Override
    public void onScriptRequest(long from, ScriptMessage.ScriptRequest message) {
        begin(MessageType.SCRIPT_REQUEST, message.requestId());
        ScriptCodec.writeNames(out, message.names());
    }

    @Override
    public void onScriptFlush(long from, ScriptMessage.ScriptFlush message) {
        begin(MessageType.SCRIPT_FLUSH, message.requestId());
    }

    @Override
    public void onScriptReply(long from, ScriptMessage.ScriptReply message) {
        begin(MessageType.SCRIPT_REPLY, message.requestId());
        ScriptCodec.writeTexts(out, message.texts());
    }

    @Override
    public void onInterest(long from, PubSubMessage.Interest message) {
        begin(MessageType.INTEREST, message.start());
        writeVarint(out, message.session());
        writeVarint(out, message.part());
        writeBoolean(out, message.everything());
        PubSubCodec.write(out, message.added());
        PubSubCodec.write(out, message.removed());
    }

    @Override
    public void onInterestAck(long from, PubSubMessage.InterestAck message) {
        begin(MessageType.INTEREST_ACK, message.start());
        writeVarint(out, message.session());
        writeVarint(out, message.part());
    }

    @Override
    public void onPublication(long from, PubSubMessage.Publication message) {
        begin(MessageType.PUBLICATION, message.start());
        writeVarint(out, message.number());
        PubSubCodec.write(out, message.channel());
        FrameWriter.writeBytes(out, message.payload());
    }

    private void writePartitions(int[] partitions) {
        writeVarint(out, partitions.length);
        for (int partition : partitions) {
            writeVarint(out, partition);
        }
    }

    private void begin(int type, long requestId) {
        out.writeByte(type);
        writeVarint(out, requestId);
    }
}
