package io.kindred.cluster.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.kindred.cluster.message.ClockReading;
import io.kindred.cluster.message.KeyspaceMessage;
import io.kindred.cluster.message.Message;
import io.kindred.cluster.message.Outcome;
import io.kindred.cluster.message.Reply;
import io.kindred.cluster.message.RequestMessage;
import io.kindred.cluster.ring.RecordKey;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MessageCodecTest {

    private static final String REPLAY = "; replay: mvn -pl cluster -am test -Dtest=MessageCodecTest, seed ";

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
    void everyMessageComesBackAsItWas(long seed) throws CorruptFrame {
        Samples samples = new Samples(seed);
        for (int round = 0; round < 50; round++) {
            for (Message message : samples.oneOfEach()) {
                byte[] body = bodyOf(message);
                Message back = decode(body);
                assertTrue(SameContent.of(message, back), () -> message + " became " + back + REPLAY + seed);
            }
        }
    }

    @Test
    void samplesHaveEveryMessage() {
        Set<Class<?>> sampled = new HashSet<>();
        new Samples(1).oneOfEach().forEach(message -> sampled.add(message.getClass()));
        assertEquals(recordsOf(Message.class), sampled);
    }

    private static Set<Class<?>> recordsOf(Class<?> kind) {
        Set<Class<?>> records = new HashSet<>();
        for (Class<?> each : kind.getPermittedSubclasses()) {
            if (each.isInterface()) {
                records.addAll(recordsOf(each));
            } else {
                records.add(each);
            }
        }
        return records;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void damageInAnyByteIsACorruptFrameOrAnotherMessage(long seed) {
        for (Message message : new Samples(seed).oneOfEach()) {
            byte[] body = bodyOf(message);
            for (int at = 0; at < body.length; at++) {
                for (int flip : new int[] {0x01, 0x02, 0x40, 0x80, 0xff}) {
                    byte[] damaged = body.clone();
                    damaged[at] ^= (byte) flip;
                    assertDecodesOrIsCorrupt(damaged, message + " byte " + at + " ^ " + flip + REPLAY + seed);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void everyCutIsACorruptFrame(long seed) {
        for (Message message : new Samples(seed).oneOfEach()) {
            byte[] body = bodyOf(message);
            for (int length = 0; length < body.length; length++) {
                byte[] cut = Arrays.copyOf(body, length);
                assertThrows(CorruptFrame.class, () -> decode(cut), () -> message + REPLAY + seed);
            }
            byte[] longer = Arrays.copyOf(body, body.length + 1);
            assertThrows(CorruptFrame.class, () -> decode(longer), () -> message + REPLAY + seed);
        }
    }

    @Test
    void unknownTypeIsACorruptFrame() {
        byte[] body = {(byte) 0xee, 1, 2, 3, 4, 5, 6, 7, 8};
        CorruptFrame corrupt = assertThrows(CorruptFrame.class, () -> decode(body));
        assertEquals("unknown message type 238", corrupt.getMessage());
    }

    @Test
    void hostileCountsDoNotAllocate() {
        byte[][] hostile = {
            {MessageType.READ_REQUEST, 1, -1, -1, -1, -1, 7},
            {MessageType.READ_REQUEST, 1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 1},
            {MessageType.FLUSH, 1, -1, -1, -1, -1, 7, 1, 1, 1, 1, 1, 1, 1, 1},
            {MessageType.COUNT_REQUEST, 1, 0, -1, -1, -1, -1, 7},
            {MessageType.ACKS, -1, -1, 3, 1, 1, 1, 1},
            {MessageType.GOSSIP, -1, -1, -1, 127, 0, 0, 0, 0},
            {MessageType.FORWARD_REPLY, 1, ValueWriter.UPDATED, 7, -1, -1, -1, -1, 7},
        };
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        for (byte[] body : hostile) {
            assertThrows(CorruptFrame.class, () -> decode(body));
            long before = threads.getCurrentThreadAllocatedBytes();
            assertThrows(CorruptFrame.class, () -> decode(body));
            long allocated = threads.getCurrentThreadAllocatedBytes() - before;
            assertTrue(allocated < 100_000, () -> Arrays.toString(body) + " allocated " + allocated);
        }
    }

    @Test
    void deeplyNestedRepliesAreRefused() {
        ByteBuf out = Unpooled.buffer();
        out.writeByte(MessageType.FORWARD_REPLY).writeByte(1).writeByte(ValueWriter.UPDATED);
        for (int i = 0; i < 100_000; i++) {
            out.writeByte(7).writeByte(1);
        }
        out.writeByte(5);
        assertThrows(CorruptFrame.class, () -> MessageCodec.decode(out, out.readableBytes()));
    }

    @Test
    void repliesNestAsDeepAsTheLimit() throws CorruptFrame {
        Reply reply = Reply.NIL;
        for (int i = 0; i < ReplyCodec.DEPTH_MAX; i++) {
            reply = new Reply.Array(List.of(reply));
        }
        Message message = new RequestMessage.ForwardReply(7, new Outcome.Updated(reply), ClockReading.NONE);
        assertTrue(SameContent.of(message, decode(bodyOf(message))));
    }

    @Test
    void aMessageLongerThanAFrameLeavesNothingBehind() {
        ByteBuf out = Unpooled.buffer().writeLong(1);
        assertEquals(
                -1,
                MessageCodec.encode(
                        new RequestMessage.ReadRequest(1, RecordKey.head(0, 0, 0, new byte[1000]), false), out, 1000));
        assertEquals(Long.BYTES, out.readableBytes());
    }

    @Test
    void messagesOfATurnShareAFrame() throws CorruptFrame {
        List<Message> sent = new Samples(7).oneOfEach();
        ByteBuf out = Unpooled.buffer();
        OpenFrame frame = new OpenFrame(out, MessageCodec.FRAME_BYTES_MAX, true);
        int bytes = 0;
        for (Message message : sent) {
            bytes += frame.add(message);
        }
        assertEquals(bytes, out.readableBytes());
        List<List<Message>> frames = framesOf(out);
        assertEquals(1, frames.size());
        assertTrue(SameContent.of(sent, frames.get(0)));
    }

    @Test
    void aFrameThatHasEnoughIsFollowedByAnother() throws CorruptFrame {
        ByteBuf out = Unpooled.buffer();
        OpenFrame frame = new OpenFrame(out, MessageCodec.FRAME_BYTES_MAX, true);
        int count = 5 * OpenFrame.BYTES_EASY / 1000;
        for (int i = 0; i < count; i++) {
            frame.add(new RequestMessage.ReadRequest(i, RecordKey.head(0, 0, 0, new byte[1000]), false));
        }
        List<List<Message>> frames = framesOf(out);
        assertTrue(frames.size() == 5 || frames.size() == 6, () -> frames.size() + " frames");
        long next = 0;
        for (List<Message> each : frames) {
            for (Message message : each) {
                assertEquals(next++, ((RequestMessage.ReadRequest) message).requestId());
            }
        }
        assertEquals(count, next);
    }

    @Test
    void aLongMessageBehindOthersHasAFrameOfItsOwn() throws CorruptFrame {
        ByteBuf out = Unpooled.buffer();
        OpenFrame frame = new OpenFrame(out, 2000, true);
        frame.add(new RequestMessage.ReadRequest(1, RecordKey.head(0, 0, 0, new byte[500]), false));
        frame.add(new RequestMessage.ReadRequest(2, RecordKey.head(0, 0, 0, new byte[1700]), false));
        assertEquals(-1, frame.add(new RequestMessage.ReadRequest(3, RecordKey.head(0, 0, 0, new byte[2000]), false)));
        frame.add(new KeyspaceMessage.ClockRequest(4));
        List<List<Message>> frames = framesOf(out);
        assertEquals(List.of(1, 1, 1), frames.stream().map(List::size).toList());
        assertEquals(new KeyspaceMessage.ClockRequest(4), frames.get(2).get(0));
    }

    private static List<List<Message>> framesOf(ByteBuf out) throws CorruptFrame {
        List<List<Message>> frames = new ArrayList<>();
        while (out.isReadable()) {
            frames.add(MessageCodec.decode(out, out.readInt()));
        }
        return frames;
    }

    private static void assertDecodesOrIsCorrupt(byte[] body, String what) {
        try {
            decode(body);
        } catch (CorruptFrame e) {
            assertTrue(e.getMessage() != null && !e.getMessage().isEmpty(), what);
        } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
            throw new AssertionError(what, e);
        }
    }

    private static byte[] bodyOf(Message message) {
        ByteBuf out = Unpooled.buffer();
        int size = MessageCodec.encode(message, out, MessageCodec.FRAME_BYTES_MAX);
        assertEquals(size, out.readableBytes());
        assertEquals(size - MessageCodec.LENGTH_BYTES, out.readInt());
        return Greeting.bytesOf(out);
    }

    private static Message decode(byte[] body) throws CorruptFrame {
        return MessageCodec.decode(Unpooled.wrappedBuffer(body), body.length).get(0);
    }
}
