/**
 * The client of Kindred's own tools, which ask for little and wait for it; Netty's {@code codec-redis} reads and writes. It imports
 * no other package of Kindred. Reading order: {@link io.kindred.client.RespClients}, {@link io.kindred.client.RespClient}.
 */
@NullMarked
package io.kindred.client;

import org.jspecify.annotations.NullMarked;
