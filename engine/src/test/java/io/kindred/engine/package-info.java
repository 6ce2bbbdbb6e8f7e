/** The engine's tests: a contract that both engines keep, and what only files can go wrong with. */
@NullMarked
package io.kindred.engine;

import org.jspecify.annotations.NullMarked;
