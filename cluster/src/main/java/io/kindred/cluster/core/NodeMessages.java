package io.kindred.cluster.core;

import io.kindred.cluster.keyspace.ScriptCore;
import io.kindred.cluster.membership.HeldPartitions;
import io.kindred.cluster.message.ExchangeMessage;
import io.kindred.cluster.message.HandoffMessage;
import io.kindred.cluster.message.KeyspaceMessage;
import io.kindred.cluster.message.MembershipMessage;
import io.kindred.cluster.message.Message;
import io.kindred.cluster.message.Message.Verdict;
import io.kindred.cluster.message.MessageHandler;
import io.kindred.cluster.message.PubSubMessage;
import io.kindred.cluster.message.RequestMessage;
import io.kindred.cluster.message.ScriptMessage;
import io.kindred.cluster.message.TermMessage;
import io.kindred.cluster.quorum.Clocks;
import io.kindred.cluster.ring.RecordKey;
import io.kindred.cluster.version.Term;
import java.util.Arrays;
import java.util.List;

/** Gives each message of another node to the part whose it is, if that node may say it and what it names exists. */
final class NodeMessages implements MessageHandler {
    private final Cluster cluster;
    private final ClusterMembership membership;
    private final PartitionServer server;
    private final LocalData data;
    private final NodeConfig config;
    private final CoreOutput output;
    private final Clocks clocks;

    NodeMessages(Cluster cluster, PartitionServer server) {
        this.cluster = cluster;
        this.membership = cluster.membership();
        this.server = server;
        this.data = server.data();
        this.config = data.config();
        this.output = data.context().output();
        this.clocks = data.context().clocks();
    }

    @Override
    public void onStartAsked(long from, MembershipMessage.StartAsked message) {
        membership.onStartAsked(from, message);
        cluster.pubSub().core().onStart(from, message.start());
    }

    @Override
    public void onStartKnown(long from, MembershipMessage.StartKnown message) {
        membership.onStartKnown(from, message);
    }

    @Override
    public void onJoinRequest(long from, MembershipMessage.JoinRequest message) {
        membership.onJoinRequest(from, message);
    }

    @Override
    public void onJoinRefused(long from, MembershipMessage.JoinRefused message) {
        membership.onJoinRefused(message);
    }

    @Override
    public void onGossip(long from, MembershipMessage.Gossip message) {
        membership.onGossip(from, message);
    }

    @Override
    public void onGossipAsk(long from, MembershipMessage.GossipAsk message) {
        membership.onGossipAsk(from, message);
    }

    @Override
    public void onGossipTell(long from, MembershipMessage.GossipTell message) {
        List<HeldPartitions> possible = message.holdings().stream()
                .filter(held -> held.isPossible(config.partitions()))
                .toList();
        if (possible.size() < message.holdings().size()) {
            output.effects()
                    .note("ignored a holding that " + membership.router().nameOf(from)
                            + " told of: there are none like it");
        }
        membership.onGossipTell(
                from,
                new MembershipMessage.GossipTell(
                        message.members(),
                        message.checkpoint(),
                        message.records(),
                        possible,
                        message.recordsHash(),
                        message.cluster()));
    }

    @Override
    public void onPing(long from, MembershipMessage.Ping message) {
        membership.watch().onPing(from, message);
    }

    @Override
    public void onPong(long from, MembershipMessage.Pong message) {
        membership.watch().onPong(from, message);
    }

    /** Whoever runs the core sees to it that fewer writes are begun. */
    @Override
    public void onPressure(long from, MembershipMessage.Pressure message) {}

    /** What another node names is checked before it becomes an index: all nodes of a cluster have the same numbers. */
    private void ignore(long from, Message message) {
        output.effects()
                .note("ignored a " + message.getClass().getSimpleName() + " of "
                        + membership.router().nameOf(from) + ": no such database or partition");
    }

    private boolean hasDatabase(int db) {
        return db >= 0 && db < config.databases();
    }

    private boolean hasPartition(int partition) {
        return partition >= 0 && partition < config.partitions();
    }

    @Override
    public void onForward(long from, RequestMessage.Forward message) {
        if (!hasDatabase(message.operation().db())) {
            ignore(from, message);
            return;
        }
        membership.start().whenSettled(() -> server.coordinator().onForward(from, message));
    }

    @Override
    public void onReadRequest(long from, RequestMessage.ReadRequest message) {
        if (cluster.refuses(from)) {
            output.send(from, new RequestMessage.ReadReply(message.requestId(), Verdict.NOT_MINE, null));
            return;
        }
        membership.start().whenSettled(() -> server.service().onReadRequest(from, message));
    }

    @Override
    public void onDeltas(long from, RequestMessage.Deltas message) {
        if (cluster.refuses(from)) {
            server.deltas().refuse(from, message);
            return;
        }
        server.deltas().onDeltas(from, message);
    }

    @Override
    public void onAcks(long from, RequestMessage.Acks message) {
        membership.router().answered(from);
        server.requests().onAcks(from, message);
    }

    @Override
    public void onDotRequest(long from, RequestMessage.DotRequest message) {
        if (cluster.refuses(from)) {
            output.send(from, new RequestMessage.DotReply(message.requestId(), Verdict.NOT_MINE, null, null, 0));
            return;
        }
        membership.start().whenSettled(() -> server.coordinator().onDotRequest(from, message));
    }

    @Override
    public void onTermClaim(long from, TermMessage.TermClaim message) {
        if (!hasPartition(message.partition())) {
            ignore(from, message);
        } else if (cluster.refuses(from)) {
            output.send(from, new TermMessage.TermReply(message.requestId(), Verdict.NOT_MINE, Term.NONE, 0));
        } else {
            server.terms().onClaim(from, message);
        }
    }

    @Override
    public void onTermsRequest(long from, TermMessage.TermsRequest message) {
        if (!cluster.refuses(from)) {
            server.terms().onTermsRequest(from, message);
        }
    }

    @Override
    public void onHandOver(long from, HandoffMessage.HandOver message) {
        if (cluster.roster().isCastOut(from)) {
            // Nobody has waited for what it still has: by now that may be what was deleted.
            return;
        }
        server.service().onHandOver(from, message);
    }

    @Override
    public void onRelay(long from, HandoffMessage.Relay message) {
        if (!cluster.roster().isCastOut(from)) {
            server.service().onRelay(from, message);
        }
    }

    @Override
    public void onTreeRoots(long from, ExchangeMessage.TreeRoots message) {
        server.antiEntropy().exchange().onTreeRoots(from, message);
    }

    @Override
    public void onTreeLanes(long from, ExchangeMessage.TreeLanes message) {
        server.antiEntropy().exchange().onTreeLanes(from, message);
    }

    @Override
    public void onTreeSums(long from, ExchangeMessage.TreeSums message) {
        server.antiEntropy().exchange().onTreeSums(from, message);
    }

    @Override
    public void onBucketKeys(long from, ExchangeMessage.BucketKeys message) {
        server.antiEntropy().exchange().onBucketKeys(from, message);
    }

    @Override
    public void onBucketSums(long from, ExchangeMessage.BucketSums message) {
        server.antiEntropy().exchange().onBucketSums(from, message);
    }

    @Override
    public void onExchangeObjects(long from, ExchangeMessage.ExchangeObjects message) {
        if (cluster.roster().isCastOut(from)) {
            return;
        }
        server.antiEntropy().exchange().onExchangeObjects(from, message);
    }

    @Override
    public void onExchangeAsked(long from, ExchangeMessage.ExchangeAsked message) {
        server.antiEntropy().exchange().onExchangeAsked(from, message);
    }

    @Override
    public void onCountRequest(long from, KeyspaceMessage.CountRequest message) {
        if (!hasDatabase(message.db()) || !Arrays.stream(message.partitions()).allMatch(this::hasPartition)) {
            ignore(from, message);
            return;
        }
        output.send(
                from,
                new KeyspaceMessage.CountReply(
                        message.requestId(), data.keyspace().count(message.db(), message.partitions())));
    }

    @Override
    public void onScanRequest(long from, KeyspaceMessage.ScanRequest message) {
        if (!hasDatabase(message.db()) || !hasPartition(message.partition()) || message.limit() < 1) {
            ignore(from, message);
            return;
        }
        data.keyspace().scan(message, reply -> {
            if (reply.verdict() == Verdict.NOT_MINE) {
                membership.router().redirect(from, RecordKey.firstOf(message.partition()));
            }
            output.send(from, reply);
        });
    }

    @Override
    public void onClockRequest(long from, KeyspaceMessage.ClockRequest message) {
        output.send(
                from, new KeyspaceMessage.ClockReply(message.requestId(), clocks.stampOfAll(), clocks.wallMillis()));
    }

    @Override
    public void onFlush(long from, KeyspaceMessage.Flush message) {
        long passed = data.keyspace().passed(message.flushStamps());
        if (passed > 0) {
            output.send(from, new KeyspaceMessage.FlushAck(message.requestId(), Verdict.OK, passed));
            return;
        }
        data.keyspace()
                .flush(
                        message.flushStamps(),
                        verdict -> output.send(from, new KeyspaceMessage.FlushAck(message.requestId(), verdict, 0)));
    }

    @Override
    public void onScriptRequest(long from, ScriptMessage.ScriptRequest message) {
        output.send(from, ScriptCore.reply(message, server.scripts()));
    }

    @Override
    public void onScriptFlush(long from, ScriptMessage.ScriptFlush message) {
        if (!cluster.refuses(from)) {
            server.scripts().forgetAll();
        }
        output.send(from, new ScriptMessage.ScriptReply(message.requestId(), List.of()));
    }

    @Override
    public void onInterest(long from, PubSubMessage.Interest message) {
        if (!cluster.refuses(from)) {
            cluster.pubSub().core().onInterest(from, message);
            data.changes().look(cluster.pubSub());
        }
    }

    @Override
    public void onInterestAck(long from, PubSubMessage.InterestAck message) {
        cluster.pubSub().core().onInterestAck(from, message);
    }

    @Override
    public void onPublication(long from, PubSubMessage.Publication message) {
        if (!cluster.refuses(from)) {
            cluster.pubSub().core().onPublication(from, message);
        }
    }

    /** Who answers a request of this node's clients in its turn is not late any more; what comes of its trees says nothing of that. */
    @Override
    public void onAnswer(long from, Message.Answer message) {
        if (message.isPrompt()) {
            membership.router().answered(from);
        }
        server.requests().onAnswer(from, message);
    }
}
