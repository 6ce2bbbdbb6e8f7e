/**
 * The commands: what each is called and takes ({@link io.kindred.command.CommandSpec}), what it asks of keys or of the
 * cluster, and what it answers. Reading order: {@code CommandSpec}, {@code Action} and its kinds, {@code
 * CommandTable}, {@code CommandDispatcher}, then one file per family of commands.
 *
 * <p>Knows nothing of sockets. What it needs of a connection is {@link io.kindred.command.Session} and {@link
 * io.kindred.command.ReplySink}, which {@code server} implements; what it needs of the node are the ports gathered in
 * {@link io.kindred.command.ServerView}. Imports {@code cluster.message}, the update functions and live values of {@code
 * cluster.quorum}, and {@code cluster.version}; never {@code resp}, {@code server} or {@code main}.
 */
@NullMarked
package io.kindred.command;

import org.jspecify.annotations.NullMarked;
