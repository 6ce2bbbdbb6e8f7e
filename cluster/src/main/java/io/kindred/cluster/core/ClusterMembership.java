package io.kindred.cluster.core;

import io.kindred.cluster.membership.ChangeRecord;
import io.kindred.cluster.membership.Departure;
import io.kindred.cluster.membership.HeldPartitions;
import io.kindred.cluster.membership.Member;
import io.kindred.cluster.membership.MembershipView;
import io.kindred.cluster.message.MembershipMessage;
import io.kindred.cluster.quorum.Clocks;
import io.kindred.cluster.ring.Checkpoint;
import io.kindred.cluster.ring.FoldedRing;
import io.kindred.cluster.ring.Md5Partitioner;
import io.kindred.cluster.ring.Partitioner;
import io.kindred.cluster.ring.RingMember;
import io.kindred.cluster.ring.SlotPartitioner;
import io.kindred.cluster.transfer.OwnPartitions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;

/** This node as a member: how it joins and leaves, and the ring that follows from the change records. */
final class ClusterMembership {
    private final Clocks clocks;
    private final CoreOutput output;
    private final MemberWatch watch;
    private final MembershipView view;
    private final GossipRounds rounds;
    private final RingRouter router;
    private final RingRoster roster;
    private final Joining joining;
    private final RecordSpread spread;
    private final ChangeHistory history;
    private final OwnPartitions own;
    private final List<Member> recoveredMembers;
    private final List<Departure> recoveredDepartures;
    /** In order, because each is asked in turn. */
    private final TreeSet<Long> connected = new TreeSet<>();
    /** Those of which nothing is left to be had. */
    private Set<Long> gone = Set.of();

    /** The digest of the ring of each kind that was kept last. */
    private final Map<KeptRing, String> kept = new HashMap<>();

    private BiConsumer<String, FoldedRing> keep = (datacenter, ring) -> {};

    private final RandomSource random;
    private final OwnStart start;
    /** Whether it has said which weight and place it has since this start. */
    private boolean hasClaimed;
    /** Whether the records may be a part only: the ring that follows from a part is nobody's. */
    private boolean mayLackRecords;

    ClusterMembership(NodeConfig config, Recovered recovered, CoreContext in, LocalFacts facts, OwnPartitions own) {
        this.own = own;
        clocks = in.clocks();
        output = in.output();
        random = in.random();
        Recovered.Past past = recovered.past();
        watch = new MemberWatch(recovered.self(), config.times(), in, facts);
        view = watch.view();
        rounds = watch.rounds();
        router = new RingRouter(view, watch, partitioner(config.partitioner()), config, own);
        roster = new RingRoster(view, watch, router, own, clocks);
        watch.list(member -> roster.isListed(member.id()));
        router.useRecords(roster::hasRecordOf);
        start = new OwnStart(past, in, view, rounds, router, own);
        start.onDoubted(this::lacked);
        joining = new Joining(roster, clocks, output, config.fingerprint());
        spread = new RecordSpread(rounds, clocks, connected);
        history = new ChangeHistory(view, router, watch, in, config.recordsKept());
        history.restore(recovered);
        router.datacenters().restore(recovered.foldedRings(config.partitions()));
        recoveredMembers = recovered.members();
        recoveredDepartures = recovered.departures();
        view.belong(past.cluster());
        // Whoever belongs to a cluster does not begin another one, whatever of its store is left.
        mayLackRecords = !recovered.hasRing() && (config.seeded() || past.cluster() != 0);
        if (!past.replaces().isEmpty()) {
            joining.askToReplace(past.replaces());
        }
    }

    private static Partitioner partitioner(String name) {
        return switch (name) {
            case "md5" -> new Md5Partitioner();
            case "slot" -> new SlotPartitioner();
            default -> throw new IllegalArgumentException("no such partitioner: " + name);
        };
    }

    RingRouter router() {
        return router;
    }

    ChangeHistory history() {
        return history;
    }

    MemberWatch watch() {
        return watch;
    }

    MembershipView view() {
        return view;
    }

    OwnStart start() {
        return start;
    }

    boolean isServing() {
        return start.isServing();
    }

    Joining joining() {
        return joining;
    }

    /** The members as the change records have them. */
    RingRoster roster() {
        return roster;
    }

    /** What this node holds. */
    OwnPartitions own() {
        return own;
    }

    // --- events ---

    void onStarted() {
        start.listen();
        for (Member member : recoveredMembers) {
            if (!member.isFormer()) {
                roster.remember(member);
            }
        }
        recoveredMembers.forEach(rounds::learn);
        recoveredDepartures.forEach(view::restore);
        clocks.observe(view.changes().lastStamp());
        if (view.changes().isEmpty() && !mayLackRecords) {
            found();
        }
        start.checkStore();
        changed();
        claimWhatChanged();
        watch.onStarted();
        onTick();
    }

    /**
     * A node whose weight or place was configured anew says so. But not by what it remembers alone: had it been forgotten
     * since, its record would be the newer one, and put it back into the ring with all that was deleted meanwhile.
     */
    private void claimWhatChanged() {
        Member self = view.self();
        RingMember known = router.view().member(self.id());
        if (hasClaimed || known == null || roster.isForgotten(self.id()) || start.mayBeBehind()) {
            return;
        }
        hasClaimed = true;
        if (!known.zone().equals(self.zone()) || !known.datacenter().equals(self.datacenter())) {
            decide(joining.record(self));
        } else if (known.weight() != self.weight()) {
            decide(ChangeRecord.weight(self.id(), roster.nextRecordStamp(), self.id(), self.weight()));
        }
    }

    private void found() {
        start.founds();
        // 0 stands for none.
        view.belong(random.nextLong() | 1);
        output.effects().belongs(view.cluster());
        view.learn(List.of(joining.record(view.self())));
    }

    void onPeerConnected(long peer) {
        connected.add(peer);
        output.send(peer, new MembershipMessage.StartAsked(view.self().start()));
        start.onPeerConnected();
        watch.onPeerConnected(peer);
        if (!view.changes().isEmpty()) {
            rounds.greet(peer);
        }
        if (wantsIn()) {
            joining.askNext(connected);
        }
    }

    /** Whether this node still has to be admitted, or to be told of all records. */
    private boolean wantsIn() {
        long self = view.self().id();
        return !isServing() && !roster.hasLeft(self) && (mayLackRecords || !roster.isInRing(self));
    }

    void onPeerLost(long peer) {
        connected.remove(peer);
        start.onPeerLost(peer);
        watch.onPeerLost(peer);
        serveIfReady();
    }

    void onTick() {
        watch.onTick();
        spread.onTick();
        if (history.isUnsaved()) {
            leaveOut(gone);
        }
        compact();
        if (wantsIn()) {
            joining.askNext(connected);
        }
        serveIfReady();
    }

    long nextTickNanos() {
        long next = Math.min(watch.nextTickNanos(), spread.nextTickNanos());
        next = Math.min(next, start.nextTickNanos());
        return wantsIn() && !connected.isEmpty() ? Math.min(next, joining.nextTickNanos()) : next;
    }

    void onJoinRequest(long from, MembershipMessage.JoinRequest request) {
        if (!isServing()) {
            return;
        }
        Member newcomer = request.newcomer();
        if (!router.hasNode(newcomer.id())) {
            ChangeRecord admission = joining.admit(from, request);
            if (admission == null) {
                return;
            }
            rounds.learn(newcomer);
            view.learn(List.of(admission));
            changed();
            spread.decided(List.of(newcomer), admission);
            // The last to hear of it: it has no requests to answer, and a processor to take from those that have.
            spread.tellAll(from);
            return;
        }
        rounds.tellAll(from);
    }

    void onJoinRefused(MembershipMessage.JoinRefused refusal) {
        joining.onRefused(refusal);
        start.isNotAdmitted(refusal.reason());
    }

    void onGossip(long from, MembershipMessage.Gossip gossip) {
        watch.onGossip(from, gossip);
        start.contradict(view.own().takeHeardStarts());
        claimWhatChanged();
        followDepartures();
        compact();
        serveIfReady();
    }

    void onGossipAsk(long from, MembershipMessage.GossipAsk ask) {
        rounds.onAsk(from, ask);
    }

    void onGossipTell(long from, MembershipMessage.GossipTell tell) {
        if (tell.cluster() != 0 && view.cluster() != 0 && tell.cluster() != view.cluster()) {
            // Rings do not merge, whoever has brought them together.
            return;
        }
        boolean knewRing = !view.changes().isEmpty();
        Checkpoint told = tell.checkpoint();
        boolean isFoldedAnew = told != null && history.take(told);
        if (isFoldedAnew) {
            followHoldings();
        }
        GossipRounds.News news = watch.onTell(from, tell);
        if (!knewRing && !view.changes().isEmpty() && view.cluster() == 0 && tell.cluster() != 0) {
            view.belong(tell.cluster());
            output.effects().belongs(tell.cluster());
        }
        start.contradict(view.own().takeHeardStarts());
        if (news.ownHolding() > 0 && own.riseAbove(news.ownHolding())) {
            held(own.told());
        }
        if (isFoldedAnew || news.members() || news.records()) {
            changed();
        } else if (news.holdings()) {
            followHoldings();
            followDepartures();
        }
        if (news.records()) {
            spread.learned();
            ChangeRecord left = roster.isInRing(view.self().id()) ? joining.replacementLeft() : null;
            if (left != null) {
                decide(left);
            }
        }
        claimWhatChanged();
        serveIfReady();
    }

    // --- decisions ---

    /** A decision of this node about the ring. */
    void decide(ChangeRecord record) {
        view.learn(List.of(record));
        changed();
        spread.decided(List.of(), record);
    }

    /** What this node holds has changed, durably. */
    void held(HeldPartitions told) {
        view.own().hold(told);
        followHoldings();
        if (!view.changes().isEmpty()) {
            rounds.tellAtOnce(connected);
        }
        serveIfReady();
    }

    private void followHoldings() {
        router.use(history.checkpoint(), view.changes().all(), roster);
        keepFolded();
    }

    /** Records that all members have are told by none of them any more. */
    private void compact() {
        if (isServing() && roster.isInRing(view.self().id()) && history.compact(roster::allHaveShown)) {
            changed();
        }
    }

    private void changed() {
        roster.readRecords();
        followHoldings();
        history.folded();
        boolean wasCastOut = roster.isSelfCastOut();
        roster.followRing();
        if (!wasCastOut && roster.isSelfCastOut()) {
            output.effects()
                    .warn("this node was forgotten or replaced: it serves nobody, and nobody takes what it has");
        }
        leaveOut(roster.departed());
        rounds.askFor(
                roster.outside().stream().filter(id -> view.member(id) == null).toList());
        serveIfReady();
    }

    /** @param listener makes a datacenter's ring durable, for the next start */
    void onFolded(BiConsumer<String, FoldedRing> listener) {
        keep = listener;
    }

    private record KeptRing(String datacenter, boolean isSettled) {}

    private void keepFolded() {
        router.datacenters()
                .folded()
                .forEach((datacenter, rings) -> rings.forEach(ring -> {
                    if (!ring.digest().equals(kept.put(new KeptRing(datacenter, ring.isSettled()), ring.digest()))) {
                        keep.accept(datacenter, ring);
                    }
                }));
    }

    /** Members tell of themselves when they are through with leaving, and may come to owe something again. */
    private void followDepartures() {
        Set<Long> departed = roster.departed();
        if (view.takeNewDepartures() || !departed.equals(gone)) {
            leaveOut(departed);
        }
    }

    /**
     * Those that are gone are neither dialed nor watched nor told of; should they be there all the same, they dial, gossip,
     * and are answered. They are remembered as former members, with how they have departed. What is remembered of the others
     * is who they are, not what they hold: after a start each may hold what it ought to, and one that leaves may have the
     * only copy.
     */
    private void leaveOut(Set<Long> departed) {
        gone = departed;
        watch.leaveOut(departed);
        Set<Long> leaving = new TreeSet<>(roster.outside());
        leaving.removeAll(departed);
        view.expect(leaving);
        connected.removeAll(departed);
        output.effects().peers(view.others());
        List<Member> all = view.others();
        all.addAll(view.formers());
        history.remember(all, view.departures(roster.outside()));
    }

    private void serveIfReady() {
        mayLackRecords &= !rounds.sawOwnRecords();
        boolean isReady = own.hasJoined() && !router.ring().isEmpty() && !roster.isSelfCastOut();
        if (start.serveIfReady(isReady && !mayLackRecords)) {
            connected.forEach(rounds::greet);
        }
    }

    // --- whether this start is the next one ---

    /** What this node was, and what of it is to be had, may be known to others better than to itself. */
    void onStartAsked(long from, MembershipMessage.StartAsked asked) {
        output.send(from, new MembershipMessage.StartKnown(asked.start(), view.startsKnown(from)));
    }

    void onStartKnown(long from, MembershipMessage.StartKnown told) {
        start.onStartKnown(from, told);
        serveIfReady();
    }

    /** A member refuses this process, since it is connected to another one with the same id. */
    void onRefused(Event.Refused refused) {
        start.onRefused(refused, connected.isEmpty());
    }

    private void lacked() {
        own.doubt(ok -> held(own.told()));
        followHoldings();
    }
}
