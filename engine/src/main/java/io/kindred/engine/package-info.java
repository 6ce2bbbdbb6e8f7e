/**
 * Opaque keys and values on disk: a commit log and memtables before sorted tables. {@link
 * io.kindred.engine.StorageEngine} says what an engine does, {@link io.kindred.engine.LsmEngine} is the real one, {@link
 * io.kindred.engine.MemoryEngine} the one for simulations. docs/storage-format.md has the bytes on disk.
 *
 * <h2>One write</h2>
 *
 * <ol>
 *   <li>{@link io.kindred.engine.WritePath} puts it into the active {@link io.kindred.engine.MemTable}, where it is
 *       visible at once, notes it in the {@link io.kindred.engine.UndoLog}, and adds it to the open {@link
 *       io.kindred.engine.LogBatch}.
 *   <li>The commit hands the batch to the {@link io.kindred.engine.LogAppender}: on the owner thread ({@link
 *       io.kindred.engine.DirectAppender}) or, where an fsync must come before the answer, on the log thread ({@link
 *       io.kindred.engine.QueuedAppender}). Either way it becomes one record of the {@link io.kindred.engine.CommitLog}.
 *   <li>The answer settles the commit: acknowledged, or taken back with all that stands on it.
 *   <li>When the memtable is full, {@link io.kindred.engine.FlushCycle} seals it, has the log rotate, loads it into the
 *       {@link io.kindred.engine.TableStore} on the flush thread (large values into files of their own, {@link
 *       io.kindred.engine.SeparatedTables}; {@link io.kindred.engine.ValueCollector} gives their room back), deletes the log's segments, and drops it. Meanwhile
 *       {@link io.kindred.engine.RowFeed} gives it to the row cache.
 * </ol>
 *
 * <h2>One read</h2>
 *
 * <ol>
 *   <li>{@link io.kindred.engine.Memory} looks into the active memtable, the sealed one and the {@link
 *       io.kindred.engine.RowCache}, and asks the {@link io.kindred.engine.KeyFilter} whether a table can have the key. Mostly
 *       that is all.
 *   <li>Else {@link io.kindred.engine.ReadPath} takes it to {@link io.kindred.engine.SeparatedTables} on a reader thread,
 *       and its answer through memory again on the way back.
 * </ol>
 *
 * <h2>A start</h2>
 *
 * <p>{@link io.kindred.engine.EngineOpening}: the {@link io.kindred.engine.CleanMark}, the tables and their counts, then
 * {@link io.kindred.engine.LogReplay}.
 *
 * <h2>Threads</h2>
 *
 * <p>One owner thread has all the state that is not on disk, and never blocks. The engine's threads (log or sync, flush,
 * read, scan) do what may block and answer through the {@link io.kindred.engine.OwnerMailbox}. All bytes go to disk
 * through {@link io.kindred.engine.Disk}, so that a test can fill the disk, fail it, or cut its power.
 *
 * <p>Imports the JDK and the LevelDB port only (in {@link io.kindred.engine.LevelDbTables} and the classes named after
 * it; {@link org.iq80.leveldb.util.PureJavaCrc32C} takes the place of one of its classes); knows nothing of rings, versions or
 * Redis.
 *
 * <p>Imports of Kindred: {@code metrics}.
 */
@NullMarked
package io.kindred.engine;

import org.jspecify.annotations.NullMarked;
