/**
 * The clients of Kindred's own tools, which ask for little and wait for it, in TLS where they are told to. {@link
 * io.kindred.client.RespClients} and {@link io.kindred.client.RespClient} ask for texts, over Netty's {@code codec-redis}; {@link
 * io.kindred.client.Connection} asks for anything, blocking; {@link io.kindred.client.Main} asks for shell scripts.
 *
 * <p>Imports of Kindred: {@code cluster.wire.tls}.
 */
@NullMarked
package io.kindred.client;

import org.jspecify.annotations.NullMarked;
