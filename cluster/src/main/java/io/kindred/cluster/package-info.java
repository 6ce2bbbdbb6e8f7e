/**
 * Nothing lives here but the packages below; ARCHITECTURE.md draws them.
 *
 * <p>Imports of Kindred: nothing.
 */
@NullMarked
package io.kindred.cluster;

import org.jspecify.annotations.NullMarked;
