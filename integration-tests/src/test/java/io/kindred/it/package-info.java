/**
 * Whole-system tests: real server processes, real clients, and rules over the whole source tree.
 *
 * <p>A test starts {@link io.kindred.it.KindredProcess} or {@link io.kindred.it.KindredCluster}, speaks to it through
 * {@link io.kindred.it.RespConnection} or a client library, and waits only through {@link io.kindred.it.Await}. Nothing
 * of the server's own code is called. Tests tagged {@code tools}, {@code netns} and {@code long} need more than a JDK;
 * the Maven profiles of the same names run them. May import: the client libraries, ArchUnit and the JDK.
 */
@NullMarked
package io.kindred.it;

import org.jspecify.annotations.NullMarked;
