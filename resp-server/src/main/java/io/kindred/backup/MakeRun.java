package io.kindred.backup;

import io.kindred.client.Connection;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Has each member of a cluster make its part of a backup, all at once, and says where each part lies. */
final class MakeRun {
    /** A node that does not answer for so long has stopped, or has far too much to link. */
    private static final int PART_MILLIS = 30 * 60_000;

    private final Options options;
    private final Connection.Access access;
    private final PrintStream out;

    MakeRun(Options options, Connection.Access access, PrintStream out) {
        this.options = options;
        this.access = access;
        this.out = out;
    }

    private record MemberLine(String name, String address, String status) {}

    /** One member's part: where it is, or why there is none. */
    private record PartLine(MemberLine member, String text, boolean isWhole) {}

    int run() throws IOException {
        List<MemberLine> members = members();
        ExecutorService threads = Executors.newFixedThreadPool(members.size());
        List<CompletableFuture<PartLine>> parts = new ArrayList<>();
        try {
            for (MemberLine member : members) {
                parts.add(CompletableFuture.supplyAsync(() -> part(member), threads));
            }
            int missing = 0;
            for (CompletableFuture<PartLine> part : parts) {
                PartLine line = part.join();
                out.println(line.member().name() + " " + line.member().address() + " " + line.text());
                missing += line.isWhole() ? 0 : 1;
            }
            if (missing > 0) {
                out.println("INCOMPLETE: " + missing + " of " + members.size() + " members have no part of backup "
                        + options.name()
                        + "; a write is on W of them, so W or more parts that are missing may lack some");
                return Main.EXIT_FAILED;
            }
            out.println("Backup " + options.name() + " has the parts of all " + members.size() + " members");
            return Main.EXIT_OK;
        } finally {
            threads.shutdown();
        }
    }

    private List<MemberLine> members() throws IOException {
        List<MemberLine> members = new ArrayList<>();
        try (Connection node = new Connection(options.node(), access, Main.REPLY_MILLIS)) {
            for (Object row : Connection.list(node.ask("KIN.MEMBERS"))) {
                Map<String, String> member = Connection.pairs(row);
                members.add(new MemberLine(field(member, "name"), field(member, "address"), field(member, "status")));
            }
        }
        return members;
    }

    private static String field(Map<String, String> member, String name) throws IOException {
        String value = member.get(name);
        if (value == null) {
            throw new IOException("KIN.MEMBERS says nothing of the " + name + " of a member");
        }
        return value;
    }

    private PartLine part(MemberLine member) {
        try (Connection node = new Connection(Connection.Address.of(member.address()), access, PART_MILLIS)) {
            Map<String, String> part = Connection.pairs(node.ask("KIN.BACKUP", options.name()));
            return new PartLine(
                    member,
                    part.get("path") + " " + part.get("files") + " files " + part.get("bytes") + " bytes",
                    true);
        } catch (IOException | IllegalArgumentException e) {
            return new PartLine(member, "FAILED (" + member.status() + "): " + e.getMessage(), false);
        }
    }
}
