package io.kindred.cluster.wire;

import static io.kindred.cluster.wire.FrameWriter.writeBytes;
import static io.kindred.cluster.wire.FrameWriter.writeString;
import static io.kindred.cluster.wire.FrameWriter.writeVarint;

import io.kindred.cluster.message.Message;
import io.kindred.cluster.message.ScriptMessage;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;

/** What the messages about scripts are made of, both ways. */
final class ScriptCodec {
    private ScriptCodec() {}

    static Message read(int type, long id, FrameReader in) throws CorruptFrame {
        return switch (type) {
            case MessageType.SCRIPT_REQUEST -> new ScriptMessage.ScriptRequest(id, readNames(in));
            case MessageType.SCRIPT_REPLY -> new ScriptMessage.ScriptReply(id, readTexts(in));
            case MessageType.SCRIPT_FLUSH -> new ScriptMessage.ScriptFlush(id);
            default -> throw new CorruptFrame("unknown message type " + type);
        };
    }

    static void writeNames(ByteBuf out, List<String> names) {
        writeVarint(out, names.size());
        names.forEach(name -> writeString(out, name));
    }

    static void writeTexts(ByteBuf out, List<byte[]> texts) {
        writeVarint(out, texts.size());
        texts.forEach(text -> writeBytes(out, text));
    }

    private static List<String> readNames(FrameReader in) throws CorruptFrame {
        int count = in.readCount(1, "scripts");
        List<String> names = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            names.add(in.readString("name of a script"));
        }
        return names;
    }

    private static List<byte[]> readTexts(FrameReader in) throws CorruptFrame {
        int count = in.readCount(1, "scripts");
        List<byte[]> texts = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            texts.add(in.readBytes("text of a script"));
        }
        return texts;
    }
}
