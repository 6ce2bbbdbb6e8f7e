package io.kindred.server;

import io.kindred.resp.RespLimits;

/**
 * The bounds of what clients can make the server hold, and of how many clients there may be.
 *
 * @param request what one request may ask for
 * @param clientsMax {@code maxclients}
 * @param commandsInFlightMax commands of one client that have begun and whose replies have not been written; past
 *     it no more are read until half of them are done
 * @param output what the replies and pushes of one client may hold
 * @param shared what all clients together may hold
 */
public record ServerLimits(
        RespLimits request, int clientsMax, int commandsInFlightMax, OutputLimits output, Shared shared) {
    private static final long MB = 1 << 20;

    private static final OutputLimits OUTPUT =
            new OutputLimits(new OutputLimits.Limit(256 * MB, 0, 0), new OutputLimits.Limit(32 * MB, 8 * MB, 60));

    public static final ServerLimits DEFAULT =
            new ServerLimits(RespLimits.DEFAULT, 10_000, 1024, OUTPUT, new Shared(32 * MB, 512 * MB, 250));

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
        if (clientsMax < 1 || commandsInFlightMax < 1) {
            throw new IllegalArgumentException("limits out of range: " + clientsMax + ", " + commandsInFlightMax);
        }
    }

    public ServerLimits withRequest(RespLimits limits) {
        return new ServerLimits(limits, clientsMax, commandsInFlightMax, output, shared);
    }

    public ServerLimits withClientsMax(int clients) {
        return new ServerLimits(request, clients, commandsInFlightMax, output, shared);
    }

    public ServerLimits withOutput(OutputLimits limits) {
        return new ServerLimits(request, clientsMax, commandsInFlightMax, limits, shared);
    }

    public ServerLimits withShared(Shared limits) {
        return new ServerLimits(request, clientsMax, commandsInFlightMax, output, limits);
    }

    int commandsInFlightResume() {
        return commandsInFlightMax / 2;
    }
}
