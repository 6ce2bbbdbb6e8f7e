package io.kindred.server;

import io.kindred.resp.RespLimits;

/**
 * The bounds of what one client can make the server hold, and of how many clients there may be.
 *
 * @param request what one request may ask for
 * @param clientsMax {@code maxclients}
 * @param commandsInFlightMax commands of one client that have begun and whose replies have not been written; past
 *     it no more are read until half of them are done
 * @param outputPauseBytes written replies that the client has not taken; past it no more commands are read, and none
 *     of its replies are encoded, until half of that is gone
 * @param outputBytesMax what a client's replies may hold in all, encoded or not, before it is cut off
 */
public record ServerLimits(
        RespLimits request, int clientsMax, int commandsInFlightMax, int outputPauseBytes, long outputBytesMax) {
    public static final ServerLimits DEFAULT =
            new ServerLimits(RespLimits.DEFAULT, 10_000, 1024, 1024 * 1024, 256L * 1024 * 1024);

    public ServerLimits {
        if (clientsMax < 1 || commandsInFlightMax < 1 || outputPauseBytes < 1 || outputBytesMax < outputPauseBytes) {
            throw new IllegalArgumentException("limits out of range: " + clientsMax + ", " + commandsInFlightMax + ", "
                    + outputPauseBytes + ", " + outputBytesMax);
        }
    }

    public ServerLimits withRequest(RespLimits limits) {
        return new ServerLimits(limits, clientsMax, commandsInFlightMax, outputPauseBytes, outputBytesMax);
    }

    public ServerLimits withClientsMax(int clients) {
        return new ServerLimits(request, clients, commandsInFlightMax, outputPauseBytes, outputBytesMax);
    }

    int commandsInFlightResume() {
        return commandsInFlightMax / 2;
    }

    int outputResumeBytes() {
        return outputPauseBytes / 2;
    }
}
