package io.kindred.cluster.core;

import io.kindred.cluster.membership.Generation;
import io.kindred.cluster.membership.Member;
import io.kindred.cluster.membership.MembershipView;
import io.kindred.cluster.message.MembershipMessage;
import io.kindred.cluster.quorum.Clocks;
import io.kindred.cluster.ring.RingMember;
import io.kindred.cluster.transfer.OwnPartitions;
import io.kindred.cluster.version.Actor;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;

/**
 * Which start of its node this process is, and whether it may serve: by what its directory found, by what the members know
 * of its starts, and by whom they take for this node (docs/data-directory.md).
 */
final class OwnStart {
    /** Where others are up, it takes milliseconds to be connected to one; where none is, this node must serve alone. */
    private static final long LISTEN_NANOS = 1_000_000_000L;

    /** So many messages of others wait, for a second at most, until this node knows which actor it is. */
    private static final int EARLY_MAX = 1024;

    private static final int SEEKERS_MAX = 16;

    private final Recovered.Past past;
    private final Clocks clocks;
    private final CoreOutput output;
    private final MembershipView view;
    private final GossipRounds rounds;
    private final RingRouter router;
    private final OwnPartitions own;
    private final StartCheck check;
    /** What came from other nodes before it was known which actor this is, in its order. */
    private final ArrayDeque<Runnable> early = new ArrayDeque<>();
    /** Addresses of those that look for a member of theirs here, where this node does not belong. */
    private final TreeSet<String> seekers = new TreeSet<>();

    private StartState state = StartState.STARTING;
    private String why = "";
    private boolean serving;
    /** Whether it is decided which actor this node is: until then it answers nobody as a replica. */
    private boolean isSettled;
    /** Whether no other life has this one's incarnation, whatever copies of the directory there are. */
    private boolean hasDrawn;
    /** Another process that answers runs on the directory that this one's is a copy of, and did when it was made. */
    private boolean isOfRunning;
    /** Whether the ring was begun by this node since its start. */
    private boolean isFounder;

    private Renamed renamed = actor -> {};
    private Runnable lacking = () -> {};
    private Runnable doubt = () -> {};
    private long mistaken;
    private long listensUntilNanos;

    /** Who is told that this node is another actor from now on. */
    interface Renamed {
        void become(Actor actor);
    }

    OwnStart(
            Recovered.Past past,
            CoreContext in,
            MembershipView view,
            GossipRounds rounds,
            RingRouter router,
            OwnPartitions own) {
        this.past = past;
        this.clocks = in.clocks();
        this.output = in.output();
        this.view = view;
        this.rounds = rounds;
        this.router = router;
        this.own = own;
        check = new StartCheck(past.lives(), in.random());
    }

    void onRenamed(Renamed listener) {
        renamed = listener;
    }

    /** Told when what this node has exchanged with others so far does not count any more. */
    void onLacking(Runnable listener) {
        lacking = listener;
    }

    /** Has this node hold nothing any more, durably. */
    void onDoubted(Runnable listener) {
        doubt = listener;
    }

    // --- whether it serves ---

    boolean isServing() {
        return serving;
    }

    StartState state() {
        return state;
    }

    /** Why it does not serve; empty: nothing is wrong, or it does. */
    String why() {
        return why;
    }

    /**
     * Whether this node may have found less than it had acknowledged, its store lost or an older one put back, and has not
     * fetched all of it yet. While that is so it holds no partition that it has not fetched.
     */
    boolean isDoubted() {
        return own.isDoubted();
    }

    void isNotAdmitted(String reason) {
        if (!serving && state == StartState.STARTING) {
            stand(state, "not admitted: " + reason);
        }
    }

    /** @param isReady whether it has its share of a ring; true: it has begun to serve */
    boolean serveIfReady(boolean isReady) {
        settle();
        boolean isFree = state == StartState.STARTING || state == StartState.FETCHING;
        if (serving || !isReady || !isFree || !isSettled || listens()) {
            return false;
        }
        serving = true;
        state = StartState.SERVING;
        why = "";
        output.effects().serving();
        return true;
    }

    private void stand(StartState now, String reason) {
        if (state != now || !why.equals(reason)) {
            state = now;
            why = reason;
            serving = false;
            output.effects().notServing(now, reason);
        }
    }

    // --- what the members say ---

    /** From now on, for a second, it waits for news. */
    void listen() {
        listensUntilNanos = clocks.nanos() + LISTEN_NANOS;
    }

    /** Whether it waits with its clients' requests for news of the ring. It may have been forgotten, and not know it. */
    private boolean listens() {
        return !serving && clocks.nanos() - listensUntilNanos < 0 && mayBeBehind();
    }

    /** Whether others of the ring may know of changes from before this start that they have not told yet. */
    boolean mayBeBehind() {
        long self = view.self().id();
        return !rounds.sawOwnRecords() && router.view().nodes().stream().anyMatch(id -> id != self);
    }

    long nextTickNanos() {
        boolean waits = clocks.nanos() - listensUntilNanos < 0 && (listens() || !isSettled);
        return waits ? listensUntilNanos : Long.MAX_VALUE;
    }

    void onStartKnown(long from, MembershipMessage.StartKnown told) {
        check.answered(from, !told.known().isEmpty());
        contradict(told.known());
    }

    void onPeerLost(long peer) {
        check.lost(peer);
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
                ? router.view().nodes().stream().filter(id -> id != self).toList()
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
            renew(List.of(), true, false);
            output.effects()
                    .note("most of the other members were not there to say what they know of this node: it goes on"
                            + " as another actor");
            isSettled = true;
        }
        runEarly();
    }

    private void runEarly() {
        while (isSettled && !early.isEmpty()) {
            early.remove().run();
        }
    }

    private void renew(Collection<Long> foreign, boolean isAnotherActor, boolean foundLess) {
        Member self = view.self();
        hasDrawn |= isAnotherActor;
        int incarnation = isAnotherActor ? check.drawIncarnation() : self.incarnation();
        Renewal next = check.renew(foreign, incarnation, foundLess);
        output.effects().renewed(next);
        view.own().become(next.incarnation(), Generation.ofStart(next.start()));
        renamed.become(new Actor(self.id(), next.incarnation()));
    }

    // --- less than there was ---

    void checkStore() {
        if (past.foundLess()) {
            lack("its store is not what its directory says was there; what is missing is fetched from the other"
                    + " members. With nobody to fetch it from, put the store back, or empty the directory to begin"
                    + " with nothing");
        }
    }

    /** A member knows of these starts of this node. */
    void contradict(Collection<Long> known) {
        List<Long> foreign = check.foreign(known);
        if (foreign.isEmpty()) {
            return;
        }
        renew(foreign, !hasDrawn, true);
        if (own.isDoubted()) {
            lacking.run();
        } else {
            lack("members know of a later start of this node than its directory does: an older copy of it was put"
                    + " back, or it was copied. What is missing is fetched from them");
        }
    }

    /** What this node found is less than what it had, so that nothing of it is all there is. */
    private void lack(String reason) {
        output.effects().warn("less was found than there was: " + reason);
        stand(StartState.FETCHING, reason);
        isSettled = true;
        doubt.run();
        lacking.run();
        runEarly();
    }

    // --- two of one ---

    /**
     * A member refuses this process, since it is connected to another one with the same id.
     *
     * @param isAlone whether it has no connection any more
     */
    void onRefused(Event.Refused refused, boolean isAlone) {
        List<Long> lives = past.lives();
        boolean isHeir = lives.contains(refused.start());
        boolean isLater = !lives.isEmpty() && lives.get(lives.size() - 1) > refused.start();
        isOfRunning |= isHeir;
        if ((serving && !isAlone && !isHeir && !isLater) || state == StartState.COPY) {
            return;
        }
        output.effects().warn("another process has this node's id: " + refused.why());
        stand(StartState.COPY, refused.why());
        // It answers nobody as a replica until members have taken it again, and said anew what they know.
        isSettled = own.isDoubted();
        early.clear();
        check.askAnew();
        rounds.listenAnew();
        lacking.run();
    }

    /** If it was refused, the other process is gone, and this one is taken for the node: the members may know what that did. */
    void onPeerConnected() {
        if (state != StartState.COPY) {
            return;
        }
        stand(own.isDoubted() ? StartState.FETCHING : StartState.STARTING, "");
        listen();
        if (isOfRunning) {
            isOfRunning = false;
            renew(List.of(), !hasDrawn, true);
            lack("its directory was copied while another process ran on it, and that one went on. What is missing"
                    + " is fetched from the other members");
        }
    }

    // --- in another's place ---

    /** It begins a ring of its own. */
    void founds() {
        isFounder = true;
    }

    /** A member of another cluster has one of its own where this node is. */
    void onMistaken(Event.Mistaken by) {
        mistaken++;
        if (view.changes().isEmpty() || by.cluster() == view.cluster()) {
            return;
        }
        boolean isAlone = isFounder
                || router.view().nodes().stream()
                        .allMatch(id -> id == view.self().id());
        String reason = "node " + by.member() + " at " + by.address() + " looks for a member of its own cluster at this"
                + " node's address";
        if (isAlone && seekers.size() < SEEKERS_MAX) {
            seekers.add(by.address());
        }
        if (isAlone && state != StartState.MISPLACED) {
            output.effects().warn("stops serving: " + reason);
            stand(
                    StartState.MISPLACED,
                    reason
                            + ", which has lost its directory or was moved. KIN.REPLACE and that member's name has"
                            + " this node put its own data aside and take its place");
        } else if (!isAlone && mistaken == 1) {
            output.effects().warn(reason + "; this one serves on, as one of a ring of several");
        }
    }

    boolean isMisplaced() {
        return state == StartState.MISPLACED;
    }

    /** Has this node begin anew where members of another cluster look for one of theirs. */
    void startOver(String replaces) {
        output.effects().startOver(List.copyOf(seekers), replaces);
    }

    /** How often a member of another cluster has found this node at the address of one of its own. */
    long mistaken() {
        return mistaken;
    }
}
