/**
 * The one class of LevelDB's Java port that this engine has a better one for: it comes before the port's on the class path, in
 * the build because a module's own classes do, in a server because the jar's manifest says so. Nothing else belongs here.
 *
 * <p>Imports of Kindred: nothing.
 */
@NullMarked
package org.iq80.leveldb.util;

import org.jspecify.annotations.NullMarked;
