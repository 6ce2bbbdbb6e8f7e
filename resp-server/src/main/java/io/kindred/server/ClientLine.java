package io.kindred.server;

import io.kindred.command.ClientFlags;
import io.kindred.command.ClientIdentity;
import io.kindred.command.ClientUser;
import io.kindred.command.Session;

/** One client as CLIENT LIST and CLIENT INFO show it, with the fields of Redis 7.2 in their order. */
final class ClientLine {
    private ClientLine() {}

    static void append(StringBuilder out, ClientConnection client, long nowMillis) {
        Session session = client.session();
        ClientIdentity identity = session.identity();
        long heldBytes = client.input().unreadBytes()
                + client.input().aheadBytes()
                + client.input().decodingBytes()
                + client.output().bytes();
        field(out, "id", identity.id());
        field(out, "addr", identity.addresses().remote());
        field(out, "laddr", identity.addresses().local());
        field(out, "fd", client.fileDescriptor());
        field(out, "name", identity.name());
        field(out, "age", seconds(nowMillis - identity.createdMillis()));
        field(out, "idle", seconds(nowMillis - session.lastCommand().millis()));
        field(out, "flags", flags(session));
        field(out, "db", identity.db());
        field(out, "sub", session.subscriptions().channels());
        field(out, "psub", session.subscriptions().patterns());
        field(out, "ssub", session.subscriptions().shardChannels());
        field(out, "multi", session.transaction().size());
        field(out, "qbuf", client.input().unreadBytes());
        out.append("qbuf-free=0 ");
        field(out, "argv-mem", client.input().decodingBytes());
        out.append("multi-mem=0 rbs=0 rbp=0 ");
        field(out, "obl", client.output().encodedBytes());
        field(out, "oll", client.output().queue().held());
        field(out, "omem", client.output().bytes());
        field(out, "tot-mem", heldBytes);
        field(out, "events", (client.paused() ? "" : "r") + (client.output().bytes() > 0 ? "w" : ""));
        field(out, "cmd", session.lastCommand().name());
        field(out, "user", ClientUser.NAME);
        field(
                out,
                "redir",
                session.tracked().isOn() ? session.tracked().options().redirect() : -1);
        field(out, "resp", identity.protocol());
        field(out, "lib-name", identity.libraryName());
        out.append("lib-ver=").append(identity.libraryVersion()).append('\n');
    }

    private static void field(StringBuilder out, String name, Object value) {
        out.append(name).append('=').append(value).append(' ');
    }

    private static String flags(Session session) {
        ClientFlags flags = session.flags();
        String set = (session.transaction().isOpen() ? "x" : "")
                + (session.subscriptions().isAny() ? "P" : "")
                + (session.isMonitor() ? "O" : "")
                + (session.tracked().isOn() ? "t" : "")
                + (session.tracked().isBroken() ? "R" : "")
                + (session.tracked().options().broadcast() ? "B" : "")
                + (flags.closesAfterReply() ? "c" : "")
                + (flags.noEvict() ? "e" : "")
                + (flags.noTouch() ? "T" : "");
        return set.isEmpty() ? "N" : set;
    }

    /** A clock that was set back must not show as a negative age. */
    private static long seconds(long millis) {
        return Math.max(0, millis / 1000);
    }
}
