package io.kindred.resp;

import com.sun.management.ThreadMXBean;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** A decoder with the buffer before it and what came out behind it. */
final class Decoding {
    /** Without leak detection, which would allocate more than what is measured. */
    private static final ByteBufAllocator BUFFERS = new UnpooledByteBufAllocator(false, true);

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final RespDecoder decoder;
    private final boolean direct;
    private final List<byte[][]> commands = new ArrayList<>();
    private long allocatedBytes;
    private ByteBuf rest = Unpooled.EMPTY_BUFFER;
    private RespDecoder.Progress progress = RespDecoder.Progress.WAITING;

    Decoding(RespLimits limits, boolean direct, byte[] window) {
        this.decoder = new RespDecoder(limits, window);
        this.direct = direct;
    }

    Decoding(RespLimits limits, boolean direct) {
        this(limits, direct, new byte[RespDecoder.WINDOW_BYTES]);
    }

    Decoding() {
        this(RespLimits.DEFAULT, false);
    }

    RespDecoder decoder() {
        return decoder;
    }

    Decoding feed(byte[] bytes) {
        return feed(bytes, 0, bytes.length);
    }

    Decoding feed(String latin1) {
        return feed(latin1.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** As a connection does: what was left, then what came. */
    Decoding feed(byte[] bytes, int from, int to) {
        ByteBuf in = direct ? BUFFERS.directBuffer() : BUFFERS.heapBuffer();
        in.writeBytes(rest).writeBytes(bytes, from, to - from);
        rest.release();
        long self = Thread.currentThread().getId();
        long before = THREADS.getThreadAllocatedBytes(self);
        progress = decoder.decode(in, args -> commands.add(args));
        allocatedBytes += THREADS.getThreadAllocatedBytes(self) - before;
        rest = in;
        return this;
    }

    RespDecoder.Progress progress() {
        return progress;
    }

    String error() {
        return decoder.error();
    }

    /** By the decoder, for all that it was fed. */
    long allocatedBytes() {
        return allocatedBytes;
    }

    int unreadBytes() {
        return rest.readableBytes();
    }

    /** Each command as {@code [arg, arg]}, so that two runs compare as text. */
    List<String> commands() {
        return commands.stream()
                .map(args -> Arrays.stream(args)
                        .map(arg -> new String(arg, StandardCharsets.ISO_8859_1))
                        .collect(Collectors.toList())
                        .toString())
                .collect(Collectors.toList());
    }

    List<byte[][]> rawCommands() {
        return commands;
    }

    void close() {
        rest.release();
    }
}
