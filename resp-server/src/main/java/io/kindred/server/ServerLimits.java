package io.kindred.server;

import io.kindred.resp.RespLimits;

/**
 * The bounds of what clients can make the server hold, and of how many clients there may be.
 *
 * @param request what one request may ask for
 * @param clientsMax {@code maxclients}
 * @param commandsInFlightMax commands of one client that have begun and whose replies have not been written; past
 *     it no more are read until half of them are done
 * @param outputBytesMax what a client's replies may hold in all, encoded or not, before it is cut off
 * @param shared what all clients together may hold
 */
public record ServerLimits(
        RespLimits request, int clientsMax, int commandsInFlightMax, long outputBytesMax, Shared shared) {
    private static final long MB = 1 << 20;

    public static final ServerLimits DEFAULT =
            new ServerLimits(RespLimits.DEFAULT, 10_000, 1024, 256 * MB, new Shared(32 * MB, 512 * MB, 250));

    /**
     * Of all clients together.
     *
     * @param windowBytes what commands in flight may weigh, with their replies to come
     * @param waitingBytesMax what may wait in all: commands, what is not run yet, and replies not taken
     * @param lateMillis commands that take longer close the window
     */
    public record Shared(long windowBytes, long waitingBytesMax, long lateMillis) {
        public Shared {
            if (windowBytes < 1 || waitingBytesMax < 1 || lateMillis < 1) {
                throw new IllegalArgumentException(
                        "limits out of range: " + windowBytes + ", " + waitingBytesMax + ", " + lateMillis);
            }
        }
    }

    public ServerLimits {
        if (clientsMax < 1 || commandsInFlightMax < 1 || outputBytesMax < 1) {
            throw new IllegalArgumentException(
                    "limits out of range: " + clientsMax + ", " + commandsInFlightMax + ", " + outputBytesMax);
        }
    }

    public ServerLimits withRequest(RespLimits limits) {
        return new ServerLimits(limits, clientsMax, commandsInFlightMax, outputBytesMax, shared);
    }

    public ServerLimits withClientsMax(int clients) {
        return new ServerLimits(request, clients, commandsInFlightMax, outputBytesMax, shared);
    }

    public ServerLimits withOutputBytesMax(long bytes) {
        return new ServerLimits(request, clientsMax, commandsInFlightMax, bytes, shared);
    }

    public ServerLimits withShared(Shared limits) {
        return new ServerLimits(request, clientsMax, commandsInFlightMax, outputBytesMax, limits);
    }

    int commandsInFlightResume() {
        return commandsInFlightMax / 2;
    }
}
