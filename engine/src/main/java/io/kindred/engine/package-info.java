/**
 * Opaque keys and values on disk: a commit log, a memtable, sorted tables, and a row cache before them.
 *
 * <p>Imports the JDK and the LevelDB port only; knows nothing of rings, versions or Redis.
 */
@NullMarked
package io.kindred.engine;

import org.jspecify.annotations.NullMarked;
