/**
 * The program {@code kindred-backup}: has every node of a cluster make its part of a backup, checks parts, and restores them
 * into another cluster. docs/backup-format.md says what a part is, docs/operations.md how to go about it.
 *
 * <p>A program of its own, and a client of nodes: {@link io.kindred.backup.MakeRun} asks for backups; {@link
 * io.kindred.backup.RestoreRun} opens parts ({@link io.kindred.backup.Part}), joins what they have of each key ({@link
 * io.kindred.backup.MergedRecords}), sends it ({@link io.kindred.backup.Senders}) and compares it with what is there afterwards
 * ({@link io.kindred.backup.Comparison}).
 *
 * <p>Imports of Kindred: {@code client}, {@code cluster.message}, {@code cluster.ring}, {@code cluster.version},
 * {@code engine}.
 */
@NullMarked
package io.kindred.backup;

import org.jspecify.annotations.NullMarked;
