/**
 * The clients' side of a node: sockets, sessions, and the order of replies. Reading order: {@link
 * io.kindred.server.RespServer}, {@link io.kindred.server.ClientConnection}, {@link io.kindred.server.OutputQueue}, {@link
 * io.kindred.server.ReplySlot}.
 *
 * <p>All of it runs on one event-loop thread, which is given: the same thread runs the commands behind the {@link
 * io.kindred.server.CommandRunner} seam. Nothing here blocks.
 *
 * <p>Imports of Kindred: {@code cluster.message}, {@code command}, {@code metrics}, {@code resp}.
 */
@NullMarked
package io.kindred.server;

import org.jspecify.annotations.NullMarked;
