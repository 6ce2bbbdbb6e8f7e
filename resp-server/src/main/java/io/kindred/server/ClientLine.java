package io.kindred.server;

/** One client as CLIENT LIST and CLIENT INFO show it, with the fields of Redis 7.2 in their order. */
final class ClientLine {
    private ClientLine() {}

    static void append(StringBuilder out, ClientConnection client, long nowMillis) {
        ClientSession session = client.session();
        long heldBytes = client.unreadBytes() + client.aheadBytes() + client.decodingBytes() + client.outputBytes();
        field(out, "id", session.id());
        field(out, "addr", session.remoteAddress());
        field(out, "laddr", session.localAddress());
        field(out, "fd", client.fileDescriptor());
        field(out, "name", session.name());
        field(out, "age", seconds(nowMillis - session.createdMillis()));
        field(out, "idle", seconds(nowMillis - session.lastCommandMillis()));
        field(out, "flags", flags(session));
        field(out, "db", session.db());
        out.append("sub=0 psub=0 ssub=0 multi=-1 ");
        field(out, "qbuf", client.unreadBytes());
        out.append("qbuf-free=0 ");
        field(out, "argv-mem", client.decodingBytes());
        out.append("multi-mem=0 rbs=0 rbp=0 ");
        field(out, "obl", client.encodedBytes());
        field(out, "oll", client.commandsInFlight());
        field(out, "omem", client.outputBytes());
        field(out, "tot-mem", heldBytes);
        field(out, "events", (client.paused() ? "" : "r") + (client.outputBytes() > 0 ? "w" : ""));
        field(out, "cmd", session.lastCommand());
        out.append("user=default redir=-1 ");
        field(out, "resp", session.protocol());
        field(out, "lib-name", session.libraryName());
        out.append("lib-ver=").append(session.libraryVersion()).append('\n');
    }

    private static void field(StringBuilder out, String name, Object value) {
        out.append(name).append('=').append(value).append(' ');
    }

    private static String flags(ClientSession session) {
        String flags = (session.closingAfterReply() ? "c" : "")
                + (session.noEvict() ? "e" : "")
                + (session.noTouch() ? "T" : "");
        return flags.isEmpty() ? "N" : flags;
    }

    /** A clock that was set back must not show as a negative age. */
    private static long seconds(long millis) {
        return Math.max(0, millis / 1000);
    }
}
