package io.kindred.command;

import static io.kindred.command.CommandSpec.Flag.ADMIN;

import io.kindred.cluster.message.QuorumSpec;
import io.kindred.cluster.message.Reply;
import io.kindred.command.ClusterPort.MemberView;
import io.kindred.command.ClusterPort.PartitionView;
import io.kindred.command.ClusterPort.PlanView;
import io.kindred.command.ClusterPort.ReplicaView;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;

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
            "    Return [name, id, address, zone, datacenter, weight, status, partitions owned] for each member.",
            "KIN.RING [<partition>]",
            "    Return [partition, first token, [owner, ...]] for each partition, or for one.",
            "KIN.QUORUM [SCOPE local|global] [R n] [W n] [PR n] [PW n] [DEFAULT]",
            "    Set and return this connection's quorums; 0 is the cluster's default. They count the replicas of this",
            "    datacenter (local), or of all of them (global); a SCOPE sets the others to 0 first.",
            "KIN.PLAN JOIN <name> <weight> [<zone>] | LEAVE <name>",
            "    Return what such a change would move: [name, partitions owned now, then, copies held now, then, to fetch]",
            "    for each node, and last [total, copies to fetch, the least that any way would have to move].",
            "KIN.LEAVE",
            "    Give away what this node owns and leave the ring.",
            "KIN.REPLACE <old>",
            "    Take the place of the dead node <old>; sent to the new node.",
            "KIN.FORGET <name>",
            "    Give the part of a dead node to the others.",
            "KIN.REPAIR [<key>]",
            "    Run anti-entropy now; return what it compared and sent.",
            "KIN.HELP",
            "    Print this help.");

    private KinClusterCommands() {}

    static void register(CommandTable.Builder table) {
        table.add(
                spec("kin.replicas", 2, "Returns the preference list of a key.").key("RO"),
                (Action.OfSession) KinClusterCommands::replicas);
        table.add(spec("kin.members", 1, "Lists the members of the cluster."), (Action.OfSession)
                (session, args, server) -> Reply.array(server.cluster().members(session.overTls()).stream()
                        .map(KinClusterCommands::row)
                        .toList()));
        table.add(spec("kin.ring", -1, "Lists the partitions and their owners."), (Action.OfSession)
                KinClusterCommands::ring);
        table.add(spec("kin.quorum", -1, "Sets and returns the connection's quorums."), (Action.OfSession)
                KinClusterCommands::quorum);
        table.add(spec("kin.plan", -3, "Says what a change of the ring would move."), (Action.OfSession)
                KinClusterCommands::plan);
        Reply help = Reply.array(HELP.stream().<Reply>map(Reply.Simple::new).toList());
        table.add(spec("kin.help", 1, "Says what the KIN commands are."), (Action.OfSession)
                (session, args, server) -> help);
        registerChanges(table);
    }

    private static void registerChanges(CommandTable.Builder table) {
        table.add(spec("kin.leave", 1, "Makes this node leave the ring.").flags(ADMIN), (Action.OfCluster)
                (session, args, server, sink) -> server.cluster().leave(LaterReply.as(sink)));
        table.add(
                spec("kin.replace", 2, "Puts this node in the place of a dead one.")
                        .flags(ADMIN),
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
        return Reply.array(List.of(
                Reply.bulk(member.name()),
                Reply.bulk(String.format("%016x", member.nodeId())),
                Reply.bulk(member.address()),
                Reply.bulk(member.zone()),
                Reply.bulk(member.datacenter()),
                new Reply.Real(member.weight()),
                Reply.bulk(member.status()),
                Reply.integer(member.partitionsOwned())));
    }

    private static Reply ring(Session session, byte[][] args, ServerView server) {
        if (args.length == 1) {
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
            rows.add(Reply.array(List.of(
                    Reply.bulk(row.name()),
                    Reply.integer(row.ownedBefore()),
                    Reply.integer(row.ownedAfter()),
                    Reply.integer(row.copiesBefore()),
                    Reply.integer(row.copiesAfter()),
                    Reply.integer(row.copiesFetched()))));
        }
        rows.add(Reply.array(
                List.of(Reply.bulk("total"), Reply.integer(plan.copiesMoved()), Reply.integer(plan.fairMove()))));
        return Reply.array(rows);
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
        session.quorum(quorum);
        return new Reply.Pairs(List.of(
                Reply.bulk("R"), Reply.integer(quorum.r()),
                Reply.bulk("W"), Reply.integer(quorum.w()),
                Reply.bulk("PR"), Reply.integer(quorum.pr()),
                Reply.bulk("PW"), Reply.integer(quorum.pw()),
                Reply.bulk("SCOPE"), Reply.bulk(quorum.global() ? "global" : "local")));
    }
}
