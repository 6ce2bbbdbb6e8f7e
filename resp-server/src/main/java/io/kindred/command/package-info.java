/**
 * The commands: what each is called and takes ({@link io.kindred.command.CommandSpec}), what it asks of keys or of the
 * cluster, and what it answers. Reading order: {@code CommandSpec}, {@code Action} and its kinds, {@code
 * CommandTable}, {@code CommandDispatcher}, then one file per family of commands.
 *
 * <p>Knows nothing of sockets. What a connection is to its commands is {@link io.kindred.command.Session}, an object for each
 * part of it; what it decides is {@link io.kindred.command.Admission} and where replies go {@link
 * io.kindred.command.ReplySink}, both of which {@code server} implements; what it needs of the node are the ports gathered in
 * {@link io.kindred.command.ServerView}.
 *
 * <p>Imports of Kindred: {@code cluster.keyspace}, {@code cluster.message}, {@code cluster.pubsub}, {@code cluster.quorum},
 * {@code cluster.version}, {@code metrics}, {@code script}.
 */
@NullMarked
package io.kindred.command;

import org.jspecify.annotations.NullMarked;
