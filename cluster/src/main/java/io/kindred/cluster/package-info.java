/** Nothing lives here but the packages below; ARCHITECTURE.md draws them. */
@NullMarked
package io.kindred.cluster;

import org.jspecify.annotations.NullMarked;
