package io.kindred.cluster.core;

import io.kindred.cluster.membership.ChangeRecord;
import io.kindred.cluster.membership.Generation;
import io.kindred.cluster.membership.Holding;
import io.kindred.cluster.membership.Member;
import io.kindred.cluster.membership.MembershipView;
import io.kindred.cluster.membership.Status;
import io.kindred.cluster.message.Message;
import io.kindred.cluster.quorum.Clocks;
import io.kindred.cluster.ring.FoldedRing;
import io.kindred.cluster.ring.Md5Partitioner;
import io.kindred.cluster.ring.Partitioner;
import io.kindred.cluster.ring.RingMember;
import io.kindred.cluster.ring.SlotPartitioner;
import io.kindred.cluster.transfer.HeldBy;
import io.kindred.cluster.transfer.OwnHolding;
import io.kindred.cluster.version.Actor;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** This node as a member: how it joins and leaves, and the ring that follows from the change records. */
final class ClusterMembership implements HeldBy, Joining.Members {
    /** Where others are up, it takes milliseconds to be connected to one; where none is, this node must serve alone. */
    private static final long LISTEN_NANOS = 1_000_000_000L;

    /** So many messages of others wait, for a second at most, until this node knows which actor it is. */
    private static final int EARLY_MAX = 1024;

    private static final int SEEKERS_MAX = 16;

    private final NodeConfig config;
    private final Clocks clocks;
    private final Outlet outlet;
    private final MemberWatch watch;
    private final MembershipView view;
    private final GossipRounds rounds;
    private final RingRouter router;
    private final Joining joining;
    private final RecordSpread spread;
    private final OwnHolding own;
    private final List<Member> recoveredMembers;
    /** Known from an earlier life: until they have told, they hold what they ought to. */
    private final TreeSet<Long> remembered = new TreeSet<>();
    /** In order, because each is asked in turn. */
    private final TreeSet<Long> connected = new TreeSet<>();
    /** By subject, the last record that took it out of the ring or put it in. */
    private final TreeMap<Long, ChangeRecord> standing = new TreeMap<>();
    /** Asked for with every request, so not found anew each time. */
    private final TreeSet<Long> castOut = new TreeSet<>();
    /** Those of them that are in no ring any more. */
    private final List<Long> outside = new ArrayList<>();
    /** Those of them that are through with it, too: nothing is left to be had from them. */
    private Set<Long> gone = Set.of();

    /** By datacenter, the digest of the ring that was kept last. */
    private final TreeMap<String, String> kept = new TreeMap<>();

    private BiConsumer<String, FoldedRing> keep = (datacenter, ring) -> {};

    private final StartCheck check;
    private final RandomSource random;
    private final Recovered.Past past;
    /** What came from other nodes before it was known which actor this is, in its order. */
    private final ArrayDeque<Runnable> early = new ArrayDeque<>();
    /** Addresses of those that look for a member of theirs here, where this node does not belong. */
    private final TreeSet<String> seekers = new TreeSet<>();

    private StartState state = StartState.STARTING;
    private String why = "";
    /** Whether it is decided which actor this node is: until then it answers nobody as a replica. */
    private boolean isSettled;
    /** Whether the ring was begun by this node since its start. */
    private boolean isFounder;

    private Renamed renamed = actor -> {};
    private long mistaken;
    private boolean serving;
    private long listensUntilNanos;
    /** Whether it has said which weight and place it has since this start. */
    private boolean hasClaimed;
    /** Whether the records may be a part only: the ring that follows from a part is nobody's. */
    private boolean mayLackRecords;

    ClusterMembership(NodeConfig config, Recovered recovered, Surroundings in, LocalFacts facts, OwnHolding own) {
        this.config = config;
        this.own = own;
        clocks = in.clocks();
        outlet = in.outlet();
        random = in.random();
        past = recovered.past();
        check = new StartCheck(past.lives(), random);
        watch = new MemberWatch(recovered.self(), config.times(), in, facts);
        watch.list(member -> isListed(member.id()));
        view = watch.view();
        rounds = watch.rounds();
        router = new RingRouter(view, watch, partitioner(config.partitioner()), config, own);
        joining = new Joining(this, clocks, outlet, config.fingerprint());
        spread = new RecordSpread(rounds, clocks, connected);
        view.learn(recovered.records());
        router.datacenters().restore(recovered.foldedRings(config.partitions()));
        recoveredMembers = recovered.members();
        view.belong(past.cluster());
        // Whoever belongs to a cluster does not begin another one, whatever of its store is left.
        mayLackRecords = recovered.records().isEmpty() && (config.seeded() || past.cluster() != 0);
        if (!past.replaces().isEmpty()) {
            joining.askToReplace(past.replaces());
        }
    }

    /** Who is told that this node is another actor from now on. */
    interface Renamed {
        void become(Actor actor);
    }

    void onRenamed(Renamed listener) {
        renamed = listener;
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

    MemberWatch watch() {
        return watch;
    }

    MembershipView view() {
        return view;
    }

    boolean isServing() {
        return serving;
    }

    Joining joining() {
        return joining;
    }

    // --- the members ---

    Status status(long id) {
        if (!router.hasNode(id)) {
            return isLeaving(id) ? Status.LEAVING : Status.JOINING;
        }
        Holding held = holding(id);
        return held != null && !held.hasJoined() ? Status.JOINING : watch.status(id);
    }

    @Override
    public Member self() {
        return view.self();
    }

    boolean isInRing(long id) {
        return router.hasNode(id);
    }

    @Override
    public boolean answers(long id) {
        return watch.status(id) == Status.UP;
    }

    @Override
    public boolean isListed(long id) {
        return router.hasNode(id) || isLeaving(id);
    }

    private boolean isLeaving(long id) {
        ChangeRecord last = standing.get(id);
        Member member = view.member(id);
        if (last == null || last.kind() != ChangeRecord.Kind.LEAVE || router.hasNode(id)) {
            return false;
        }
        if (member != null && member.isFormer()) {
            return false;
        }
        Holding held = holding(id);
        return held == null
                || held.holdsAny()
                || view.lacksHolding(id)
                || view.standing(id).oldestDebtStamp() != Long.MAX_VALUE;
    }

    /** Whether a node was forgotten, or another took its place. */
    boolean isForgotten(long id) {
        ChangeRecord last = standing.get(id);
        return last != null
                && (last.kind() == ChangeRecord.Kind.FORGET
                        || (last.kind() == ChangeRecord.Kind.REPLACE && last.other() == id));
    }

    /**
     * Whether a node was forgotten or replaced, so that nothing of what it still has is taken: by now that may be what was
     * deleted. (The last node of all stays, whoever has forgotten it.)
     */
    boolean isCastOut(long id) {
        return !castOut.isEmpty() && castOut.contains(id);
    }

    @Override
    public boolean hasLeft(long id) {
        return standing.containsKey(id) && !router.hasNode(id);
    }

    @Override
    public @Nullable Member named(String name) {
        Member found = null;
        for (Member member : view.tellings()) {
            if (member.name().equals(name) && (found == null || isListed(member.id()))) {
                found = member;
            }
        }
        return found;
    }

    List<Member> listed() {
        List<Member> listed = new ArrayList<>();
        for (Member member : view.tellings()) {
            if (isListed(member.id()) || (member.id() == view.self().id() && !hasLeft(member.id()))) {
                listed.add(member);
            }
        }
        return listed;
    }

    @Override
    public List<Long> members() {
        List<Long> holders = new ArrayList<>();
        for (Member member : view.tellings()) {
            if (!isForgotten(member.id())) {
                holders.add(member.id());
            }
        }
        return holders;
    }

    @Override
    public @Nullable Holding holding(long node) {
        if (node == view.self().id()) {
            return own.told();
        }
        Holding told = view.holding(node);
        return told != null || remembered.contains(node) ? told : new Holding(node, Holding.NONE, false, new long[0]);
    }

    // --- events ---

    void onStarted() {
        listensUntilNanos = clocks.nanos() + LISTEN_NANOS;
        for (Member member : recoveredMembers) {
            if (!member.isFormer()) {
                remembered.add(member.id());
            }
        }
        recoveredMembers.forEach(rounds::learn);
        for (ChangeRecord record : view.records()) {
            clocks.observe(record.stamp());
        }
        if (!view.hasRecords() && !mayLackRecords) {
            found();
        }
        if (past.foundLess()) {
            lack(
                    "its store is not what its directory says was there; what is missing is fetched from the other members."
                            + " With nobody to fetch it from, put the store back, or empty the directory to begin with nothing");
        }
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
        RingMember known = router.datacenters().member(self.id());
        if (hasClaimed || known == null || isForgotten(self.id()) || mayBeBehind()) {
            return;
        }
        hasClaimed = true;
        if (!known.zone().equals(self.zone()) || !known.datacenter().equals(self.datacenter())) {
            decide(joining.record(self));
        } else if (known.weight() != self.weight()) {
            decide(ChangeRecord.weight(self.id(), nextRecordStamp(), self.id(), self.weight()));
        }
    }

    /** Whether others of the ring may know of changes from before this start that they have not told yet. */
    private boolean mayBeBehind() {
        long self = view.self().id();
        return !rounds.sawOwnRecords() && router.datacenters().nodes().stream().anyMatch(id -> id != self);
    }

    private void found() {
        isFounder = true;
        // 0 stands for none.
        view.belong(random.nextLong() | 1);
        outlet.effects().belongs(view.cluster());
        view.learn(List.of(joining.record(view.self())));
    }

    void onPeerConnected(long peer) {
        connected.add(peer);
        outlet.send(peer, new Message.StartAsked(view.self().start()));
        if (state == StartState.COPY) {
            // The other one is gone, and this one is taken for the node.
            stand(own.isDoubted() ? StartState.FETCHING : StartState.STARTING, "");
        }
        watch.onPeerConnected(peer);
        if (view.hasRecords()) {
            rounds.greet(peer);
        }
        if (wantsIn()) {
            joining.askNext(connected);
        }
    }

    /** Whether this node still has to be admitted, or to be told of all records. */
    private boolean wantsIn() {
        long self = view.self().id();
        return !serving && !hasLeft(self) && (mayLackRecords || !isInRing(self));
    }

    void onPeerLost(long peer) {
        connected.remove(peer);
        check.lost(peer);
        watch.onPeerLost(peer);
        serveIfReady();
    }

    void onTick() {
        watch.onTick();
        spread.onTick();
        if (wantsIn()) {
            joining.askNext(connected);
        }
        serveIfReady();
    }

    long nextTickNanos() {
        long next = Math.min(watch.nextTickNanos(), spread.nextTickNanos());
        next = listens() ? Math.min(next, listensUntilNanos) : next;
        return wantsIn() && !connected.isEmpty() ? Math.min(next, joining.nextTickNanos()) : next;
    }

    void onJoinRequest(long from, Message.JoinRequest request) {
        if (!serving) {
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
            spread.tell(from, view.present(), view.records());
            return;
        }
        rounds.tell(from, view.present(), view.records());
    }

    void onJoinRefused(Message.JoinRefused refusal) {
        joining.onRefused(refusal);
        if (!serving && state == StartState.STARTING) {
            stand(state, "not admitted: " + refusal.reason());
        }
    }

    void onGossip(long from, Message.Gossip gossip) {
        watch.onGossip(from, gossip);
        contradict(view.takeHeardStarts());
        claimWhatChanged();
        followDepartures();
        serveIfReady();
    }

    void onGossipAsk(long from, Message.GossipAsk ask) {
        rounds.onAsk(from, ask);
    }

    void onGossipTell(long from, Message.GossipTell tell) {
        if (tell.cluster() != 0 && view.cluster() != 0 && tell.cluster() != view.cluster()) {
            // Rings do not merge, whoever has brought them together.
            return;
        }
        boolean knewRing = view.hasRecords();
        GossipRounds.News news = watch.onTell(from, tell);
        if (!knewRing && view.hasRecords() && view.cluster() == 0 && tell.cluster() != 0) {
            view.belong(tell.cluster());
            outlet.effects().belongs(tell.cluster());
        }
        contradict(view.takeHeardStarts());
        if (news.ownHolding() > 0 && own.riseAbove(news.ownHolding())) {
            held(own.told());
        }
        if (news.members() || news.records()) {
            changed();
        } else if (news.holdings()) {
            followHoldings();
            followDepartures();
        }
        if (news.records()) {
            spread.learned();
            ChangeRecord left = isInRing(view.self().id()) ? joining.replacementLeft() : null;
            if (left != null) {
                decide(left);
            }
        }
        claimWhatChanged();
        serveIfReady();
    }

    // --- decisions ---

    /**
     * Above the stamps of all records that are known here, one of a clock far ahead among them: an answer to what they say
     * has to be folded behind them.
     */
    @Override
    public long nextRecordStamp() {
        return clocks.above(clocks.nextStamp(), view.lastRecordStamp());
    }

    /** A decision of this node about the ring. */
    void decide(ChangeRecord record) {
        view.learn(List.of(record));
        changed();
        spread.decided(List.of(), record);
    }

    /** What this node holds is other than before, and durably so. */
    void held(Holding told) {
        view.hold(told);
        followHoldings();
        if (view.hasRecords()) {
            rounds.tellAtOnce(connected);
        }
        serveIfReady();
    }

    private void followHoldings() {
        router.use(view.records(), this);
    }

    private void changed() {
        standing.clear();
        for (ChangeRecord record : view.records()) {
            if (record.kind() != ChangeRecord.Kind.WEIGHT) {
                standing.put(record.subject(), record);
            }
            if (record.kind() == ChangeRecord.Kind.REPLACE && record.other() != record.subject()) {
                standing.put(record.other(), record);
            }
        }
        followHoldings();
        keepFolded();
        findCastOut();
        outside.clear();
        for (long id : standing.keySet()) {
            if (id != view.self().id() && !router.hasNode(id)) {
                outside.add(id);
            }
        }
        leaveOut(departed());
        rounds.askFor(outside.stream().filter(id -> view.member(id) == null).toList());
        serveIfReady();
    }

    /** @param listener makes a datacenter's ring durable, for the next start */
    void onFolded(BiConsumer<String, FoldedRing> listener) {
        keep = listener;
    }

    private void keepFolded() {
        router.datacenters().folded().forEach((datacenter, ring) -> {
            if (!ring.digest().equals(kept.put(datacenter, ring.digest()))) {
                keep.accept(datacenter, ring);
            }
        });
    }

    /** Members tell of themselves when they are through with leaving, and may come to owe something again. */
    private void followDepartures() {
        Set<Long> departed = departed();
        if (!departed.equals(gone)) {
            leaveOut(departed);
        }
    }

    private Set<Long> departed() {
        Set<Long> departed = new TreeSet<>(outside);
        departed.removeIf(this::isLeaving);
        return departed;
    }

    /**
     * Those that are gone are neither dialed nor watched nor told of; should they be there all the same, they dial, gossip,
     * and are answered. They are remembered as former members. What is remembered of the others is who they are, not what
     * they hold: after a start each may hold what it ought to, and one that leaves may have the only copy.
     */
    private void leaveOut(Set<Long> departed) {
        gone = departed;
        watch.leaveOut(departed);
        connected.removeAll(departed);
        outlet.effects().peers(view.others());
        List<Member> all = view.others();
        all.addAll(view.formers());
        outlet.effects().remember(all, view.records());
    }

    private void findCastOut() {
        boolean wasCastOut = isCastOut(view.self().id());
        castOut.clear();
        for (long id : standing.keySet()) {
            if (isForgotten(id) && !isInRing(id)) {
                castOut.add(id);
            }
        }
        if (!wasCastOut && isCastOut(view.self().id())) {
            outlet.effects()
                    .note("this node was forgotten or replaced: it serves nobody, and nobody takes what it has");
        }
    }

    private void serveIfReady() {
        mayLackRecords &= !rounds.sawOwnRecords();
        settle();
        boolean isReady = own.hasJoined()
                && !router.ring().isEmpty()
                && !isCastOut(view.self().id());
        boolean isFree = state == StartState.STARTING || state == StartState.FETCHING;
        if (!serving && !mayLackRecords && isReady && isFree && isSettled && !listens()) {
            serving = true;
            state = StartState.SERVING;
            why = "";
            outlet.effects().serving();
            connected.forEach(rounds::greet);
        }
    }

    /** Whether it waits with its clients' requests for news of the ring. It may have been forgotten, and not know it. */
    private boolean listens() {
        return !serving && clocks.nanos() - listensUntilNanos < 0 && mayBeBehind();
    }

    // --- whether this start is the next one ---

    /** What this node was, and what of it is to be had, may be known to others better than to itself. */
    void onStartAsked(long from, Message.StartAsked asked) {
        outlet.send(from, new Message.StartKnown(asked.start(), view.startsKnown(from)));
    }

    void onStartKnown(long from, Message.StartKnown told) {
        check.answered(from, !told.known().isEmpty());
        contradict(told.known());
        serveIfReady();
    }

    /** Runs it when it is decided which actor this node is. */
    void whenSettled(Runnable work) {
        if (isSettled) {
            work.run();
        } else if (early.size() < EARLY_MAX) {
            early.add(work);
        }
    }

    /** Those that know best what this node was: the others of its ring, in its own datacenter where there are any. */
    private List<Long> witnesses() {
        long self = view.self().id();
        List<Long> near = new ArrayList<>(router.ring().members().stream()
                .map(RingMember::nodeId)
                .filter(id -> id != self)
                .toList());
        return near.isEmpty()
                ? router.datacenters().nodes().stream().filter(id -> id != self).toList()
                : near;
    }

    private void settle() {
        if (isSettled) {
            return;
        }
        List<Long> witnesses = witnesses();
        boolean isTime = clocks.nanos() - listensUntilNanos >= 0;
        if (witnesses.isEmpty() || check.isConfirmed(witnesses)) {
            isSettled = true;
        } else if (state != StartState.COPY && (isTime || (check.hasHeardAll(witnesses) && rounds.sawOwnRecords()))) {
            renew(List.of(), true);
            outlet.effects()
                    .note("most of the other members were not there to say what they know of this node: it goes on"
                            + " as another actor");
            isSettled = true;
        }
        while (isSettled && !early.isEmpty()) {
            early.remove().run();
        }
    }

    private void renew(Collection<Long> foreign, boolean isAnotherActor) {
        Member self = view.self();
        Renewal next = check.renew(foreign, isAnotherActor ? check.drawIncarnation() : self.incarnation());
        outlet.effects().renewed(next);
        view.become(next.incarnation(), Generation.ofStart(next.start()));
        renamed.become(new Actor(self.id(), next.incarnation()));
    }

    /** A member knows of these starts of this node. */
    private void contradict(Collection<Long> known) {
        List<Long> foreign = check.foreign(known);
        if (foreign.isEmpty()) {
            return;
        }
        renew(foreign, !own.isDoubted());
        if (!own.isDoubted()) {
            lack(
                    "members know of a later start of this node than its directory does: an older copy of it was put back, or"
                            + " it was copied. What is missing is fetched from them");
        }
    }

    /** What this node found is less than what it had, so that nothing of it is all there is. */
    private void lack(String reason) {
        outlet.effects().note("less was found than there was: " + reason);
        stand(StartState.FETCHING, reason);
        isSettled = true;
        own.doubt(ok -> held(own.told()));
        followHoldings();
        settle();
    }

    private void stand(StartState now, String reason) {
        if (state != now || !why.equals(reason)) {
            state = now;
            why = reason;
            serving = false;
            outlet.effects().notServing(now, reason);
        }
    }

    /** A member refuses this process, since it is connected to another one with the same id. */
    void onRefused(Event.Refused refused) {
        boolean isHeir = check.foreign(List.of(refused.start())).isEmpty();
        boolean givesWay =
                !serving || connected.isEmpty() || isHeir || view.self().start() > refused.start();
        if (givesWay && state != StartState.COPY) {
            outlet.effects().note("another process has this node's id: " + refused.why());
            stand(StartState.COPY, refused.why());
        }
    }

    /** A member of another cluster has one of its own where this node is. */
    void onMistaken(Event.Mistaken by) {
        mistaken++;
        if (!view.hasRecords() || by.cluster() == view.cluster()) {
            return;
        }
        boolean isAlone = isFounder
                || router.datacenters().nodes().stream()
                        .allMatch(id -> id == view.self().id());
        String reason = "node " + by.member() + " at " + by.address() + " looks for a member of its own cluster at this"
                + " node's address";
        if (isAlone && seekers.size() < SEEKERS_MAX) {
            seekers.add(by.address());
        }
        if (isAlone && state != StartState.MISPLACED) {
            outlet.effects().note("stops serving: " + reason);
            stand(
                    StartState.MISPLACED,
                    reason
                            + ", which has lost its directory or was moved. KIN.REPLACE and that member's name has this node"
                            + " put its own data aside and take its place");
        } else if (!isAlone && mistaken == 1) {
            outlet.effects().note(reason + "; this one serves on, as one of a ring of several");
        }
    }

    boolean isMisplaced() {
        return state == StartState.MISPLACED;
    }

    /** Has this node begin anew where members of another cluster look for one of theirs. */
    void startOver(String replaces) {
        outlet.effects().startOver(List.copyOf(seekers), replaces);
    }

    StartState state() {
        return state;
    }

    /** Why it does not serve; empty: nothing is wrong, or it does. */
    String why() {
        return why;
    }

    /** How often a member of another cluster has found this node at the address of one of its own. */
    long mistaken() {
        return mistaken;
    }

    /**
     * Whether this node may have found less than it had acknowledged, its store lost or an older one put back, and has not
     * fetched all of it yet. While that is so it holds no partition that it has not fetched.
     */
    boolean isDoubted() {
        return own.isDoubted();
    }
}
