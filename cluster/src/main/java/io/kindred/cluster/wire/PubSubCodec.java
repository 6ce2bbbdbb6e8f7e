package io.kindred.cluster.wire;

import static io.kindred.cluster.wire.FrameWriter.writeBytes;
import static io.kindred.cluster.wire.FrameWriter.writeVarint;

import io.kindred.cluster.message.Message;
import io.kindred.cluster.message.PubSubMessage;
import io.kindred.cluster.message.Topic;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;

/** What the messages of publish and subscribe are made of, both ways. */
final class PubSubCodec {
    private static final int TOPIC_BYTES_MIN = 2;
    private static final Topic.Kind[] KINDS = Topic.Kind.values();

    private PubSubCodec() {}

    static Message read(int type, long start, FrameReader in) throws CorruptFrame {
        return switch (type) {
            case MessageType.INTEREST ->
                new PubSubMessage.Interest(
                        start,
                        in.readVarint("session"),
                        in.readVarint("part"),
                        in.readBoolean("whether everything"),
                        readTopics(in),
                        readTopics(in));
            case MessageType.INTEREST_ACK ->
                new PubSubMessage.InterestAck(start, in.readVarint("session"), in.readVarint("part"));
            case MessageType.PUBLICATION ->
                new PubSubMessage.Publication(start, in.readVarint("number"), readTopic(in), in.readBytes("payload"));
            default -> throw new CorruptFrame("unknown message type " + type);
        };
    }

    static void write(ByteBuf out, List<Topic> topics) {
        writeVarint(out, topics.size());
        topics.forEach(topic -> write(out, topic));
    }

    static void write(ByteBuf out, Topic topic) {
        out.writeByte(topic.kind().ordinal());
        writeBytes(out, topic.name());
    }

    private static List<Topic> readTopics(FrameReader in) throws CorruptFrame {
        int count = in.readCount(TOPIC_BYTES_MIN, "topics");
        List<Topic> topics = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            topics.add(readTopic(in));
        }
        return topics;
    }

    private static Topic readTopic(FrameReader in) throws CorruptFrame {
        int kind = in.readByte("kind of topic");
        if (kind >= KINDS.length) {
            throw new CorruptFrame("no such kind of topic: " + kind);
        }
        return new Topic(KINDS[kind], in.readBytes("topic"));
    }
}
