package io.kindred.server;

import io.kindred.metrics.MetricFamily;
import io.kindred.metrics.MetricSet;
import io.kindred.metrics.Unit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What has passed through the server since it began (or since the last CONFIG RESETSTAT), for INFO.
 *
 * <p>Owned by: the loop thread.
 */
public final class ServerCounters {
    /** A client may have errors made of any words; past so many kinds the rest are counted together. */
    static final int ERROR_KINDS_MAX = 128;

    private static final String OTHER_ERRORS = "OTHER";

    public static final MetricSet<ServerCounters> METRICS = MetricSet.<ServerCounters>of(ServerCounters.class)
            .counter("total_connections_received", "Clients that have connected.", ServerCounters::connectionsReceived)
            .counter(
                    "rejected_connections",
                    "Clients that were turned away at maxclients.",
                    ServerCounters::connectionsRejected)
            .counter("total_net_input_bytes", Unit.BYTES, "Bytes that came from clients.", ServerCounters::inputBytes)
            .counter("total_net_output_bytes", Unit.BYTES, "Bytes that went to clients.", ServerCounters::outputBytes)
            .counter("total_reads_processed", "Reads from clients' sockets.", c -> c.reads)
            .counter("total_writes_processed", "Writes to clients' sockets.", c -> c.writes)
            .counter("total_error_replies", "Errors that were answered.", c -> c.errorReplies)
            .counter("protocol_errors", "Clients that were closed for what is no RESP.", ServerCounters::protocolErrors)
            .counter(
                    "client_pauses",
                    "Times that reading from a client was stopped for a while.",
                    ServerCounters::pauses)
            .counter(
                    "client_output_buffer_limit_disconnections",
                    "Clients that were closed because their replies held too much.",
                    ServerCounters::outputLimitCloses)
            .counter(
                    "clients_closed_stuck",
                    "Clients that were closed because, past waiting-bytes-max, they took none of their replies.",
                    ServerCounters::stuckCloses)
            .counter(
                    "clients_closed_choked",
                    "Clients that were closed because halves of commands took all the room there is.",
                    ServerCounters::chokedCloses)
            .counter(
                    "acl_access_denied_auth",
                    "AUTH and HELLO that named a wrong password.",
                    ServerCounters::wrongPasswords)
            .counter("write_holds", "Times that no more writes were begun for a while.", ServerCounters::writeHolds)
            .build();

    /** {@code # Errorstats} of Redis. */
    public static final MetricSet<ServerCounters> ERRORS = MetricSet.<ServerCounters>of(ServerCounters.class)
            .family(new MetricFamily<ServerCounters, ErrorKind>(
                    "errorstat_",
                    "error_reply_",
                    List.of("code"),
                    ServerCounters::errorKinds,
                    kind -> List.of(kind.code()),
                    ErrorKind.METRICS))
            .build();

    private record ErrorKind(String code, long count) {
        static final MetricSet<ErrorKind> METRICS = MetricSet.<ErrorKind>of(ServerCounters.class)
                .counter("count", "Errors with this code that were answered.", ErrorKind::count)
                .build();
    }

    private final Map<String, Long> errorsByCode = new TreeMap<>();
    private long errorReplies;
    private long connectionsReceived;
    private long connectionsRejected;
    private long inputBytes;
    private long outputBytes;
    private long reads;
    private long writes;
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

    private List<ErrorKind> errorKinds() {
        List<ErrorKind> kinds = new ArrayList<>();
        errorsByCode.forEach((code, count) -> kinds.add(new ErrorKind(code, count)));
        return kinds;
    }

    /** AUTH and HELLO that were answered WRONGPASS. */
    public long wrongPasswords() {
        return wrongPasswords;
    }

    public void reset() {
        errorsByCode.clear();
        errorReplies = 0;
        connectionsReceived = 0;
        connectionsRejected = 0;
        inputBytes = 0;
        outputBytes = 0;
        reads = 0;
        writes = 0;
        protocolErrors = 0;
        pauses = 0;
        outputLimitCloses = 0;
        stuckCloses = 0;
        chokedCloses = 0;
        writeHolds = 0;
        wrongPasswords = 0;
    }

    /** @param text the whole error; its first word is its code */
    void countErrorReply(String text) {
        errorReplies++;
        int end = text.indexOf(' ');
        String code = end < 0 ? text : text.substring(0, end);
        boolean isOneTooMany = errorsByCode.size() >= ERROR_KINDS_MAX && !errorsByCode.containsKey(code);
        errorsByCode.merge(isOneTooMany ? OTHER_ERRORS : code, 1L, Long::sum);
    }

    void countConnection() {
        connectionsReceived++;
    }

    void countRejection() {
        connectionsRejected++;
    }

    void countInput(int bytes) {
        inputBytes += bytes;
        reads++;
    }

    void countOutput(int bytes) {
        outputBytes += bytes;
        writes++;
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
