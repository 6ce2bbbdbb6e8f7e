package io.kindred.cluster.wire;

import static io.kindred.cluster.wire.FrameWriter.writeBoolean;
import static io.kindred.cluster.wire.FrameWriter.writeBytes;
import static io.kindred.cluster.wire.FrameWriter.writeSigned;
import static io.kindred.cluster.wire.FrameWriter.writeString;
import static io.kindred.cluster.wire.FrameWriter.writeVarint;

import io.kindred.cluster.message.Reply;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;

/** A command's reply between nodes. Replies nest, so reading has a depth limit: the peer chooses the bytes. */
final class ReplyCodec {

    /** What a script answers is 200 deep at most ({@code ReplyFromLua}); around it are the lists of EXEC and of a group. */
    static final int DEPTH_MAX = 256;

    private static final int SIMPLE = 1;
    private static final int ERROR = 2;
    private static final int INT = 3;
    private static final int BULK = 4;
    private static final int NIL = 5;
    private static final int NIL_ARRAY = 6;
    private static final int ARRAY = 7;
    private static final int PAIRS = 8;
    private static final int UNORDERED = 9;
    private static final int REAL = 10;
    private static final int BOOL = 11;
    private static final int VERBATIM = 12;
    private static final int PUSH = 13;

    private ReplyCodec() {}

    static void write(ByteBuf out, Reply reply) {
        if (reply instanceof Reply.Simple simple) {
            out.writeByte(SIMPLE);
            writeString(out, simple.text());
        } else if (reply instanceof Reply.Error error) {
            out.writeByte(ERROR);
            writeString(out, error.text());
        } else if (reply instanceof Reply.Int number) {
            out.writeByte(INT);
            writeSigned(out, number.value());
        } else if (reply instanceof Reply.Bulk bulk) {
            out.writeByte(BULK);
            writeBytes(out, bulk.bytes());
        } else if (reply instanceof Reply.Nil) {
            out.writeByte(NIL);
        } else if (reply instanceof Reply.NilArray) {
            out.writeByte(NIL_ARRAY);
        } else if (reply instanceof Reply.Real real) {
            out.writeByte(REAL);
            out.writeDouble(real.value());
        } else if (reply instanceof Reply.Bool bool) {
            out.writeByte(BOOL);
            writeBoolean(out, bool.value());
        } else if (reply instanceof Reply.Verbatim verbatim) {
            out.writeByte(VERBATIM);
            writeString(out, verbatim.format());
            writeBytes(out, verbatim.bytes());
        } else {
            writeAggregate(out, reply);
        }
    }

    static Reply read(FrameReader in) throws CorruptFrame {
        return read(in, DEPTH_MAX);
    }

    private static void writeAggregate(ByteBuf out, Reply reply) {
        if (reply instanceof Reply.Array array) {
            writeItems(out, ARRAY, array.items());
        } else if (reply instanceof Reply.Pairs pairs) {
            writeItems(out, PAIRS, pairs.keysAndValues());
        } else if (reply instanceof Reply.Unordered set) {
            writeItems(out, UNORDERED, set.items());
        } else if (reply instanceof Reply.Push push) {
            writeItems(out, PUSH, push.items());
        } else {
            throw new IllegalStateException("no bytes for " + reply.getClass());
        }
    }

    private static void writeItems(ByteBuf out, int type, List<Reply> items) {
        out.writeByte(type);
        writeVarint(out, items.size());
        for (Reply item : items) {
            write(out, item);
        }
    }

    private static Reply read(FrameReader in, int depthLeft) throws CorruptFrame {
        int type = in.readByte("reply type");
        return switch (type) {
            case SIMPLE -> new Reply.Simple(in.readString("status"));
            case ERROR -> new Reply.Error(in.readString("error"));
            case INT -> Reply.integer(in.readSigned("integer"));
            case BULK -> new Reply.Bulk(in.readBytes("bulk string"));
            case NIL -> Reply.NIL;
            case NIL_ARRAY -> Reply.NIL_ARRAY;
            case REAL -> new Reply.Real(in.readDouble("double"));
            case BOOL -> new Reply.Bool(in.readBoolean("boolean"));
            case VERBATIM -> new Reply.Verbatim(in.readString("format"), in.readBytes("text"));
            case ARRAY -> new Reply.Array(readItems(in, depthLeft));
            case PAIRS -> new Reply.Pairs(readPairs(in, depthLeft));
            case UNORDERED -> new Reply.Unordered(readItems(in, depthLeft));
            case PUSH -> new Reply.Push(readItems(in, depthLeft));
            default -> throw new CorruptFrame("unknown reply type " + type);
        };
    }

    private static List<Reply> readPairs(FrameReader in, int depthLeft) throws CorruptFrame {
        List<Reply> items = readItems(in, depthLeft);
        if (items.size() % 2 != 0) {
            throw new CorruptFrame("a key without a value");
        }
        return items;
    }

    private static List<Reply> readItems(FrameReader in, int depthLeft) throws CorruptFrame {
        if (depthLeft == 0) {
            throw new CorruptFrame("replies nested deeper than " + DEPTH_MAX);
        }
        int count = in.readCount(1, "items");
        List<Reply> items = new ArrayList<>(Math.min(count, ValueReader.LIST_ROOM));
        for (int i = 0; i < count; i++) {
            items.add(read(in, depthLeft - 1));
        }
        return items;
    }
}
