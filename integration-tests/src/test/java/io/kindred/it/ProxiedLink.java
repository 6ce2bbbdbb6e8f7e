package io.kindred.it;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One connection through a {@link LinkProxy}: from a node that dialed to the node behind the proxy, and back.
 *
 * <p>The dialer says who it is in its second frame (docs/wire-format.md, PROOF), which answers what the node says to its first.
 * So the first and its answer are passed on at once; from then on it is known how.
 */
final class ProxiedLink {
    private static final int TYPE_AT = 4;
    private static final int MAGIC_AT = TYPE_AT + 1;
    /** Magic, two versions and a nonce. */
    private static final int HELLO_BYTES = MAGIC_AT + 4 + 2 * 2 + 32;
    /** After the length, the type, id, instance and generation. */
    private static final int NAME_AT = HELLO_BYTES + TYPE_AT + 1 + 3 * 8;

    private static final int HELLO = 1;
    private static final int PROOF = 3;
    private static final byte[] MAGIC = "KIND".getBytes(UTF_8);

    private final LinkProxy proxy;
    private final SocketChannel dialerEnd;
    private final SocketChannel nodeEnd;
    private final SelectionKey dialerKey;
    private final SelectionKey nodeKey;
    private final OneWay there;
    private final OneWay back;
    private final ByteArrayOutputStream opening = new ByteArrayOutputStream();
    /** How much of it is passed on. */
    private int passed;

    private @Nullable String dialer;

    ProxiedLink(LinkProxy proxy, SocketChannel dialerEnd, SocketChannel nodeEnd, Selector selector) throws IOException {
        this.proxy = proxy;
        this.dialerEnd = dialerEnd;
        this.nodeEnd = nodeEnd;
        this.there = new OneWay(nodeEnd, proxy.random());
        this.back = new OneWay(dialerEnd, proxy.random());
        this.dialerKey = dialerEnd.register(selector, SelectionKey.OP_READ, this);
        this.nodeKey = nodeEnd.register(selector, SelectionKey.OP_CONNECT, this);
    }

    /** Does what the sockets are ready for, and what is due; false: the connection is over. */
    boolean turn(long nowNanos) throws IOException {
        if (nodeKey.isConnectable() && !nodeEnd.finishConnect()) {
            return true;
        }
        if (dialerKey.isReadable()) {
            read(dialerEnd, there, nowNanos);
        }
        if (nodeKey.isReadable()) {
            read(nodeEnd, back, nowNanos);
        }
        boolean open = true;
        if (nodeEnd.isConnected() && !proxy.wire(dialer).cut()) {
            open = there.deliver(nowNanos);
            open &= back.deliver(nowNanos);
        }
        dialerKey.interestOps(interest(there, back));
        nodeKey.interestOps(nodeEnd.isConnected() ? interest(back, there) : SelectionKey.OP_CONNECT);
        return open;
    }

    private static int interest(OneWay from, OneWay to) {
        return (from.wantsMore() ? SelectionKey.OP_READ : 0) | (to.isBlocked() ? SelectionKey.OP_WRITE : 0);
    }

    private void read(SocketChannel end, OneWay way, long nowNanos) throws IOException {
        int count = end.read(ByteBuffer.wrap(proxy.buffer()));
        if (count < 0) {
            way.end(proxy.wire(dialer), nowNanos);
        } else if (count > 0) {
            byte[] bytes = Arrays.copyOf(proxy.buffer(), count);
            if (dialer == null && way == there) {
                opening.writeBytes(bytes);
                byte[] all = opening.toByteArray();
                dialer = dialerIn(all);
                int known = dialer == null ? Math.min(all.length, HELLO_BYTES) : all.length;
                bytes = Arrays.copyOfRange(all, passed, known);
                passed = known;
            }
            if (bytes.length > 0) {
                way.take(bytes, proxy.wire(dialer), nowNanos);
            }
        }
    }

    /** The name in the dialer's PROOF; null: it is not all here yet. */
    private static @Nullable String dialerIn(byte[] bytes) throws IOException {
        if (bytes.length <= NAME_AT || bytes.length <= NAME_AT + bytes[NAME_AT]) {
            return null;
        }
        boolean hello =
                bytes[TYPE_AT] == HELLO && Arrays.equals(MAGIC, Arrays.copyOfRange(bytes, MAGIC_AT, MAGIC_AT + 4));
        if (!hello || bytes[HELLO_BYTES + TYPE_AT] != PROOF || bytes[NAME_AT] <= 0) {
            throw new ProtocolException("a connection to the proxy does not begin with a node's HELLO and PROOF");
        }
        return new String(bytes, NAME_AT + 1, bytes[NAME_AT], UTF_8);
    }

    long waitNanos(long nowNanos) {
        return !nodeEnd.isConnected() || proxy.wire(dialer).cut()
                ? Long.MAX_VALUE
                : Math.min(there.waitNanos(nowNanos), back.waitNanos(nowNanos));
    }

    void close() throws IOException {
        dialerEnd.close();
        nodeEnd.close();
    }
}
