package io.kindred.engine;

import java.nio.file.Path;

/**
 * What all parts of one engine share.
 *
 * @param disk every change to a file goes through it
 * @param directory the engine's own directory; the commit log's segments lie in it
 * @param options how the engine behaves
 * @param counters what it counts
 */
record EngineContext(Disk disk, Path directory, EngineOptions options, EngineCounters counters) {
    Path tablesDirectory() {
        return directory.resolve("tables");
    }
}
