package io.kindred.server;

/**
 * What has passed through the server since it began (or since the last CONFIG RESETSTAT), for INFO.
 *
 * <p>Owned by: the loop thread.
 */
public final class ServerCounters {
    private long connectionsReceived;
    private long connectionsRejected;
    private long inputBytes;
    private long outputBytes;
    private long protocolErrors;
    private long pauses;
    private long outputLimitCloses;
    private long stuckCloses;
    private long chokedCloses;
    private long writeHolds;
    private long wrongPasswords;

    ServerCounters() {}

    public long connectionsReceived() {
        return connectionsReceived;
    }

    /** For {@code maxclients}. */
    public long connectionsRejected() {
        return connectionsRejected;
    }

    public long inputBytes() {
        return inputBytes;
    }

    public long outputBytes() {
        return outputBytes;
    }

    public long protocolErrors() {
        return protocolErrors;
    }

    /** How often reading from a client was stopped for a while. */
    public long pauses() {
        return pauses;
    }

    /** Clients that were cut off because their replies held too much. */
    public long outputLimitCloses() {
        return outputLimitCloses;
    }

    /** Clients that were closed because, while the node was past its budget, they took none of their replies. */
    public long stuckCloses() {
        return stuckCloses;
    }

    /** Clients that were told OOM and closed, because halves of commands took all the room there is. */
    public long chokedCloses() {
        return chokedCloses;
    }

    /** How often no more writes were begun for a while. */
    public long writeHolds() {
        return writeHolds;
    }

    /** AUTH and HELLO that were answered WRONGPASS. */
    public long wrongPasswords() {
        return wrongPasswords;
    }

    public void reset() {
        connectionsReceived = 0;
        connectionsRejected = 0;
        inputBytes = 0;
        outputBytes = 0;
        protocolErrors = 0;
        pauses = 0;
        outputLimitCloses = 0;
        stuckCloses = 0;
        chokedCloses = 0;
        writeHolds = 0;
        wrongPasswords = 0;
    }

    void countConnection() {
        connectionsReceived++;
    }

    void countRejection() {
        connectionsRejected++;
    }

    void countInput(int bytes) {
        inputBytes += bytes;
    }

    void countOutput(int bytes) {
        outputBytes += bytes;
    }

    void countProtocolError() {
        protocolErrors++;
    }

    void countPause() {
        pauses++;
    }

    void countStuckClose() {
        stuckCloses++;
    }

    void countChokedClose() {
        chokedCloses++;
    }

    void countWriteHold() {
        writeHolds++;
    }

    void countWrongPassword() {
        wrongPasswords++;
    }

    void countOutputLimitClose() {
        outputLimitCloses++;
    }
}
