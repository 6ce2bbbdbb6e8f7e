/**
 * Bytes and sockets between nodes: the codec of {@link io.kindred.cluster.message.Message}, the handshake that proves
 * who is at the other end, and the transport that keeps one outgoing connection to each member.
 *
 * <p>Read {@link io.kindred.cluster.wire.MessageCodec}, then {@link io.kindred.cluster.wire.Handshake}, then
 * {@link io.kindred.cluster.wire.PeerTransport}. docs/wire-format.md has the bytes.
 *
 * <p>Everything here belongs to one event-loop thread. Imports {@code cluster.version}, {@code cluster.message}, {@code
 * cluster.membership}, the core's {@code RandomSource}, and Netty; knows nothing of the core's state.
 */
@NullMarked
package io.kindred.cluster.wire;

import org.jspecify.annotations.NullMarked;
