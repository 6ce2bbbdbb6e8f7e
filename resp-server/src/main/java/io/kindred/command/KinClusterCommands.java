package io.kindred.command;

import static io.kindred.command.CommandSpec.Flag.ADMIN;
import static io.kindred.command.CommandSpec.Flag.FAST;
import static io.kindred.command.CommandSpec.Flag.JOINING;
import static io.kindred.command.CommandSpec.Flag.LOADING;
import static io.kindred.command.CommandSpec.Flag.STALE;

import io.kindred.cluster.message.QuorumSpec;
import io.kindred.cluster.message.Reply;
import io.kindred.command.ClusterPort.MemberView;
import io.kindred.command.ClusterPort.PartitionView;
import io.kindred.command.ClusterPort.PlanView;
import io.kindred.command.ClusterPort.ReplicaView;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The commands about ring, members and quorums. */
final class KinClusterCommands {
    private static final List<String> HELP = List.of(
            "KIN.GET <key> [R n]",
            "    Return a context and every live value, newest first.",
            "KIN.PUT <key> <context> <value> [EX s | PX ms | EXAT s | PXAT ms] [W n]",
            "    Put a value in the place of what <context> covers; \"\" covers nothing. Return the next context.",
            "KIN.DEL <key> <context> [W n]",
            "    Delete the values that <context> covers. Return the next context.",
            "KIN.SIBLINGS <key> [R n]",
            "    Return [value, node:counter, timestamp ms, expiry ms or -1, value | tombstone] for each sibling.",
            "KIN.CLOCK <key> [R n]",
            "    Return the vector clock: nodes and counters in turn.",
            "KIN.REPLICAS <key>",
            "    Return [name, address, up | suspect | down, primary | fallback] for each node of the preference list.",
            "KIN.MEMBERS",
            "    Return name, id, address, zone, datacenter, weight, status and partitions owned of each member.",
            "KIN.HEALTH",
            "    Return this node's name, the state of the cluster as it sees it (ok, moving, degraded, failing or loading),",
            "    whether it serves clients, and the reasons in words. Answered before it serves, too.",
            "KIN.RING [FULL | <partition>]",
            "    Return how many partitions and replicas the ring has, and of how many each node is the first and a replica.",
            "    FULL, or the number of a partition: [partition, first token, [owner, ...]] for each, or for that one.",
            "KIN.QUORUM [SCOPE local|global] [R n] [W n] [PR n] [PW n] [DEFAULT]",
            "    Set and return this connection's quorums; 0 is the cluster's default. They count the replicas of this",
            "    datacenter (local), or of all of them (global); a SCOPE sets the others to 0 first.",
            "KIN.PLAN JOIN <name> <weight> [<zone>] | LEAVE <name>",
            "    Return what such a change would move: of each node the partitions owned and copies held, before and after, and",
            "    the copies to fetch; and of all the copies to fetch, and the least that any way would have to move.",
            "KIN.LEAVE",
            "    Give away what this node owns and leave the ring.",
            "KIN.REPLACE <old>",
            "    Take the place of the dead node <old>; sent to the new node.",
            "KIN.FORGET <name>",
            "    Give the part of a dead node to the others.",
            "KIN.REPAIR [<key>]",
            "    Run anti-entropy now; return what it compared and sent.",
            "KIN.BACKUP [<name>]",
            "    Make a backup of this node in <backup-dir>/<name>/<node>; without a name, say how far it is, or how it ended.",
            "KIN.DUMP <key> [<key> ...]",
            "    Return whole records, with clock, siblings and expiries; nil where there is none.",
            "KIN.RESTORE <key> <record> [<key> <record> ...]",
            "    Join records of another cluster's backup into what this one has. kindred-backup restore sends these.",
            "KIN.HELP",
            "    Print this help.");

    private KinClusterCommands() {}

    static void register(CommandTable.Builder table) {
        table.add(
                spec("kin.replicas", 2, "Returns the preference list of a key.")
                        .flags(JOINING)
                        .key("RO"),
                (Action.OfSession) KinClusterCommands::replicas);
        table.add(spec("kin.members", 1, "Lists the members of the cluster.").flags(JOINING), (Action.OfSession)
                (session, args, server) -> Reply.array(server.cluster().members(session.overTls()).stream()
                        .map(KinClusterCommands::row)
                        .toList()));
        table.add(
                spec("kin.health", 1, "Says how the cluster is, and why.").flags(LOADING, STALE, FAST),
                (Action.OfNode) KinClusterCommands::health);
        table.add(
                spec("kin.ring", -1, "Tells how the partitions are spread, or lists them with their owners.")
                        .flags(JOINING),
                (Action.OfSession) KinClusterCommands::ring);
        table.add(
                spec("kin.quorum", -1, "Sets and returns the connection's quorums.")
                        .flags(LOADING),
                (Action.OfSession) KinClusterCommands::quorum);
        table.add(
                spec("kin.plan", -3, "Says what a change of the ring would move.")
                        .flags(JOINING),
                (Action.OfSession) KinClusterCommands::plan);
        Reply help = Reply.array(HELP.stream().<Reply>map(Reply.Simple::new).toList());
        table.add(spec("kin.help", 1, "Says what the KIN commands are.").flags(LOADING), (Action.OfSession)
                (session, args, server) -> help);
        registerChanges(table);
    }

    private static void registerChanges(CommandTable.Builder table) {
        table.add(spec("kin.leave", 1, "Makes this node leave the ring.").flags(ADMIN), (Action.OfCluster)
                (session, args, server, sink) -> server.cluster().leave(LaterReply.as(sink)));
        table.add(
                spec("kin.replace", 2, "Puts this node in the place of a dead one.")
                        .flags(ADMIN, JOINING),
                (Action.OfCluster) (session, args, server, sink) ->
                        server.cluster().replace(Ascii.text(args[1]), LaterReply.as(sink)));
        table.add(spec("kin.forget", 2, "Removes a dead node from the ring.").flags(ADMIN), (Action.OfCluster)
                (session, args, server, sink) -> server.cluster().forget(Ascii.text(args[1]), LaterReply.as(sink)));
        table.add(spec("kin.repair", -1, "Runs anti-entropy now.").flags(ADMIN), (Action.OfCluster)
                (session, args, server, sink) -> {
                    if (args.length > 2) {
                        sink.complete(Errors.SYNTAX);
                        return;
                    }
                    byte[] key = args.length == 2 ? args[1] : null;
                    if (key != null && key.length > server.settings().keyBytesMax()) {
                        sink.complete(Errors.KEY_TOO_LONG);
                        return;
                    }
                    server.cluster().repair(session.db(), key, LaterReply.as(sink));
                });
    }

    private static CommandSpec.Builder spec(String name, int arity, String summary) {
        return CommandSpec.named(name, arity).docs("module", "1.0.0", "O(N), N rows", summary);
    }

    private static Reply health(Session session, byte[][] args, ServerView server) {
        HealthView health = server.node().health();
        return new Reply.Pairs(List.of(
                Reply.bulk("node"), Reply.bulk(health.node()),
                Reply.bulk("state"), Reply.bulk(health.state()),
                Reply.bulk("serving"), Reply.integer(health.serving() ? 1 : 0),
                Reply.bulk("reasons"),
                        Reply.array(health.reasons().stream().map(Reply::bulk).toList())));
    }

    private static Reply replicas(Session session, byte[][] args, ServerView server) {
        List<Reply> rows = new ArrayList<>();
        for (ReplicaView replica : server.cluster().replicas(session.db(), args[1], session.overTls())) {
            rows.add(Reply.array(List.of(
                    Reply.bulk(replica.name()),
                    Reply.bulk(replica.address()),
                    Reply.bulk(replica.status()),
                    Reply.bulk(replica.role()))));
        }
        return Reply.array(rows);
    }

    private static Reply row(MemberView member) {
        return new Reply.Pairs(List.of(
                Reply.bulk("name"),
                Reply.bulk(member.name()),
                Reply.bulk("id"),
                Reply.bulk(String.format("%016x", member.nodeId())),
                Reply.bulk("address"),
                Reply.bulk(member.address()),
                Reply.bulk("zone"),
                Reply.bulk(member.zone()),
                Reply.bulk("datacenter"),
                Reply.bulk(member.datacenter()),
                Reply.bulk("weight"),
                new Reply.Real(member.weight()),
                Reply.bulk("status"),
                Reply.bulk(member.status()),
                Reply.bulk("partitions"),
                Reply.integer(member.partitionsOwned())));
    }

    private static Reply ring(Session session, byte[][] args, ServerView server) {
        if (args.length == 1) {
            return summary(server.cluster().ring());
        }
        if (args.length == 2 && Ascii.is(args[1], "full")) {
            return Reply.array(server.cluster().ring().stream()
                    .map(KinClusterCommands::row)
                    .toList());
        }
        if (args.length > 2) {
            return Errors.SYNTAX;
        }
        if (!Numbers.isLong(args[1])) {
            return Errors.NOT_AN_INTEGER;
        }
        long number = Numbers.toLong(args[1]);
        PartitionView partition = number == (int) number ? server.cluster().partition((int) number) : null;
        return partition == null
                ? Reply.error("ERR there is no partition " + number + "; see ring-partitions")
                : Reply.array(List.of(row(partition)));
    }

    private static Reply row(PartitionView partition) {
        return Reply.array(List.of(
                Reply.integer(partition.partition()),
                Reply.bulk(partition.firstToken()),
                Reply.array(partition.owners().stream().map(Reply::bulk).toList())));
    }

    /** Of a node: of how many partitions it is the first of the preference list, and of how many it is a replica. */
    private static Reply summary(List<PartitionView> ring) {
        Map<String, int[]> counts = new TreeMap<>();
        int replicas = 0;
        for (PartitionView partition : ring) {
            replicas = Math.max(replicas, partition.owners().size());
            for (int place = 0; place < partition.owners().size(); place++) {
                int[] count = counts.computeIfAbsent(partition.owners().get(place), name -> new int[2]);
                count[0] += place == 0 ? 1 : 0;
                count[1]++;
            }
        }
        List<Reply> nodes = new ArrayList<>();
        counts.forEach((name, count) -> nodes.add(new Reply.Pairs(List.of(
                Reply.bulk("name"),
                Reply.bulk(name),
                Reply.bulk("first"),
                Reply.integer(count[0]),
                Reply.bulk("replicas"),
                Reply.integer(count[1])))));
        return new Reply.Pairs(List.of(
                Reply.bulk("partitions"),
                Reply.integer(ring.size()),
                Reply.bulk("replicas"),
                Reply.integer(replicas),
                Reply.bulk("nodes"),
                Reply.array(nodes)));
    }

    private static Reply plan(Session session, byte[][] args, ServerView server) {
        String name = Ascii.text(args[2]);
        if (Ascii.is(args[1], "leave") && args.length == 3) {
            PlanView leaving = server.cluster().planLeave(name);
            return leaving == null ? Reply.error("ERR no node of the ring is named " + name) : reply(leaving);
        }
        if (!Ascii.is(args[1], "join") || args.length < 4 || args.length > 5) {
            return Errors.SYNTAX;
        }
        BigDecimal number = Numbers.toDecimal(args[3]);
        double weight = number == null ? 0 : number.doubleValue();
        if (!(weight > 0) || Double.isInfinite(weight)) {
            return Reply.error("ERR a weight is a finite number above 0");
        }
        PlanView joining = server.cluster().planJoin(name, weight, args.length == 5 ? Ascii.text(args[4]) : "");
        return joining == null ? Reply.error("ERR a member is named " + name + " already") : reply(joining);
    }

    private static Reply reply(PlanView plan) {
        List<Reply> rows = new ArrayList<>();
        for (ClusterPort.PlanRow row : plan.rows()) {
            rows.add(new Reply.Pairs(List.of(
                    Reply.bulk("name"),
                    Reply.bulk(row.name()),
                    Reply.bulk("partitions_before"),
                    Reply.integer(row.ownedBefore()),
                    Reply.bulk("partitions_after"),
                    Reply.integer(row.ownedAfter()),
                    Reply.bulk("copies_before"),
                    Reply.integer(row.copiesBefore()),
                    Reply.bulk("copies_after"),
                    Reply.integer(row.copiesAfter()),
                    Reply.bulk("copies_to_fetch"),
                    Reply.integer(row.copiesFetched()))));
        }
        return new Reply.Pairs(List.of(
                Reply.bulk("nodes"),
                Reply.array(rows),
                Reply.bulk("copies_to_fetch"),
                Reply.integer(plan.copiesMoved()),
                Reply.bulk("copies_to_fetch_least"),
                Reply.integer(plan.fairMove())));
    }

    /** All of the options count, or none. */
    private static Reply quorum(Session session, byte[][] args, ServerView server) {
        QuorumSpec quorum = session.quorum();
        for (int i = 1; i < args.length; i++) {
            if (Ascii.is(args[i], "default")) {
                quorum = QuorumSpec.DEFAULT;
                continue;
            }
            QuorumOption option = QuorumOption.named(args[i]);
            boolean isScope = Ascii.is(args[i], "scope");
            i++;
            if ((option == null && !isScope) || i == args.length) {
                return Errors.SYNTAX;
            }
            if (option == null) {
                if (!Ascii.is(args[i], "global") && !Ascii.is(args[i], "local")) {
                    return Errors.SYNTAX;
                }
                // Numbers that were meant for the other scope mean nothing in this one.
                quorum = QuorumSpec.DEFAULT.withScope(Ascii.is(args[i], "global"));
                continue;
            }
            Reply error = option.error(args[i], quorum, server.settings(), server.cluster());
            if (error != null) {
                return error;
            }
            quorum = option.set(quorum, args[i]);
        }
        session.quorums().choose(quorum);
        return new Reply.Pairs(List.of(
                Reply.bulk("R"), Reply.integer(quorum.r()),
                Reply.bulk("W"), Reply.integer(quorum.w()),
                Reply.bulk("PR"), Reply.integer(quorum.pr()),
                Reply.bulk("PW"), Reply.integer(quorum.pw()),
                Reply.bulk("SCOPE"), Reply.bulk(quorum.global() ? "global" : "local")));
    }
}
