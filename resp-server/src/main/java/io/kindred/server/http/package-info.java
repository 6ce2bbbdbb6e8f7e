/**
 * A small HTTP port for monitoring: a few pages that are looked at, never written to. It has a thread of its own and asks
 * for its pages by futures, so that nothing which happens here keeps a client of the node waiting.
 *
 * <p>Imports of Kindred: {@code metrics}.
 */
@NullMarked
package io.kindred.server.http;

import org.jspecify.annotations.NullMarked;
