package io.kindred.server;

import io.netty.channel.ChannelHandler;
import java.util.function.Supplier;

/**
 * A kind of port that clients come in by.
 *
 * @param tls whether they speak TLS there
 * @param gate gives what stands in front of one of them
 */
public record Entrance(boolean tls, Supplier<ChannelHandler> gate) {}
