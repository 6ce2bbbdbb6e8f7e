/**
 * The Redis serialization protocol, the server's side of it: bytes into commands, replies into bytes.
 *
 * <p>It is our own because it is the hot path: commands come straight out of the read buffer as byte arrays, and replies
 * go straight into the write buffer, with no message objects between. It knows no sockets and no commands.
 *
 * <p>Imports of Kindred: {@code cluster.message}.
 */
@NullMarked
package io.kindred.resp;

import org.jspecify.annotations.NullMarked;
