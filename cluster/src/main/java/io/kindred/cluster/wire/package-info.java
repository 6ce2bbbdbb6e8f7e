/**
 * Bytes and sockets between nodes: the codec of {@link io.kindred.cluster.message.Message}, the handshake that proves
 * who is at the other end, and the transport that keeps one outgoing connection to each member.
 *
 * <p>Read {@link io.kindred.cluster.wire.MessageCodec}, then {@link io.kindred.cluster.wire.Handshake}, then
 * {@link io.kindred.cluster.wire.PeerTransport}. docs/wire-format.md has the bytes.
 *
 * <p>Everything here belongs to one event-loop thread.
 *
 * <p>Imports of Kindred: {@code cluster.core}, {@code cluster.membership}, {@code cluster.message},
 * {@code cluster.ring}, {@code cluster.version}, {@code cluster.wire.tls}, {@code metrics}.
 */
@NullMarked
package io.kindred.cluster.wire;

import org.jspecify.annotations.NullMarked;
