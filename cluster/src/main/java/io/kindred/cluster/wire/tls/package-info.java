/**
 * TLS on the sockets of a node: what the files say, the contexts that are made of them, the handler that stands in front of a
 * connection, and the exchange of one context for another while the node runs.
 *
 * <p>Read {@link io.kindred.cluster.wire.tls.TlsSettings}, {@link io.kindred.cluster.wire.tls.TlsFiles}, {@link
 * io.kindred.cluster.wire.tls.TlsContext}, {@link io.kindred.cluster.wire.tls.TlsGate}, and last {@link
 * io.kindred.cluster.wire.tls.Tls}. docs/tls.md has it for operators.
 *
 * <p>Handlers belong to the event loop. Files are read on a thread of its own.
 *
 * <p>Imports of Kindred: {@code metrics}.
 */
@NullMarked
package io.kindred.cluster.wire.tls;

import org.jspecify.annotations.NullMarked;
