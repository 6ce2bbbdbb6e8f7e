/**
 * A whole node in one process: its directives, its log, its INFO, and the wiring of everything else. Reading order: {@link
 * io.kindred.main.Main}, {@link io.kindred.main.Node}, {@link io.kindred.main.ServerConfig}, {@link
 * io.kindred.main.NodePorts}, {@link io.kindred.main.InfoReport}.
 *
 * <p>The outermost package: it imports all the others, and none imports it.
 */
@NullMarked
package io.kindred.main;

import org.jspecify.annotations.NullMarked;
