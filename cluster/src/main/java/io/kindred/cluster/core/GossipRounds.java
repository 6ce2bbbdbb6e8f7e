package io.kindred.cluster.core;

import io.kindred.cluster.membership.Beat;
import io.kindred.cluster.membership.ChangeRecord;
import io.kindred.cluster.membership.FailureDetector;
import io.kindred.cluster.membership.HeldPartitions;
import io.kindred.cluster.membership.Member;
import io.kindred.cluster.membership.MembershipView;
import io.kindred.cluster.membership.MembershipView.Learned;
import io.kindred.cluster.message.MembershipMessage;
import io.kindred.cluster.quorum.Clocks;
import io.kindred.cluster.ring.Checkpoint;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Push-pull gossip. Once an interval a node tells a few others, drawn at random, how the members are; each answers with
 * what it knows better. That is at most {@link #BEATS_MAX} beats a message, however many members there are.
 *
 * <p>What does not change all the time goes only to those who lack it: a beat of a member that was never told of, or a
 * hash of change records that is not one's own, makes the receiver ask, and it is told a bounded page; while pages bring
 * news it asks again.
 */
final class GossipRounds {
    static final int BEATS_MAX = 128;
    static final int MEMBERS_MAX = 128;
    static final int RECORDS_MAX = 256;
    static final int HOLDINGS_MAX = 64;
    /** So many peers are told at once of what concerns requests; with more, gossip has to do. */
    static final int PEERS_TOLD_MAX = 64;

    private static final int PEERS_A_ROUND = 2;
    private static final long COMPARE_NANOS = 50_000_000L;
    /** So many rounds a new accusation or refutation goes before other beats. */
    private static final int NEWS_ROUNDS = 12;

    private final MembershipView view;
    private final FailureDetector detector;
    private final Clocks clocks;
    private final RandomSource random;
    private final CoreOutput output;
    private final LocalFacts facts;
    private final long newsNanos;
    /** When records were last compared with a peer out of turn. */
    private final TreeMap<Long, Long> comparedNanos = new TreeMap<>();

    /** Of whom there are records, and nothing else is known: members that went before this node came. */
    private List<Long> strangers = List.of();

    private boolean sawOwnRecords;
    /** Told to those that lack records from before it. */
    private Checkpoint checkpoint = Checkpoint.NONE;

    GossipRounds(MembershipView view, FailureDetector detector, CoreContext in, LocalFacts facts, long intervalNanos) {
        this.view = view;
        this.detector = detector;
        this.clocks = in.clocks();
        this.random = in.random();
        this.output = in.output();
        this.facts = facts;
        this.newsNanos = NEWS_ROUNDS * intervalNanos;
    }

    /** Whether another node has shown exactly this node's change records, and some: then none is missing. */
    boolean sawOwnRecords() {
        return sawOwnRecords;
    }

    /** Whatever the others have shown by now was of another time. */
    void listenAnew() {
        sawOwnRecords = false;
    }

    /** From now on that stands for the records up to its stamp. */
    void use(Checkpoint next) {
        checkpoint = next;
    }

    /** From now on asks whoever gossips with it who these were: they stand in records, and in clocks. */
    void askFor(List<Long> ids) {
        strangers = List.copyOf(ids.subList(0, Math.min(ids.size(), MEMBERS_MAX)));
    }

    // --- telling ---

    /** Raises this node's heartbeat, and begins an exchange with a few members. */
    void round() {
        view.own().beat();
        List<Long> near = new ArrayList<>();
        List<Long> doubted = new ArrayList<>();
        for (Member member : view.others()) {
            (detector.isDoubted(member.id()) ? doubted : near).add(member.id());
        }
        for (int i = 0; i < PEERS_A_ROUND && !near.isEmpty(); i++) {
            output.send(near.remove(random.nextInt(near.size())), gossip(true));
        }
        // A node that everyone had given up would not be heard of again, were it never told of that.
        if (!doubted.isEmpty()) {
            output.send(doubted.get(random.nextInt(doubted.size())), gossip(true));
        }
    }

    /** To a peer that has just been connected to: who this node is, and how all are. */
    void greet(long peer) {
        HeldPartitions held = view.holding(view.self().id());
        output.send(
                peer,
                new MembershipMessage.GossipTell(
                        List.of(view.self()),
                        null,
                        List.of(),
                        held == null ? List.of() : List.of(held),
                        view.changes().hash(),
                        view.cluster()));
        output.send(peer, gossip(true));
    }

    /** To a newcomer: all there is to know at once. */
    void tellAll(long peer) {
        tell(
                peer,
                view.present(),
                checkpoint.records().isNone() ? null : checkpoint,
                view.changes().all());
    }

    /** To all others of a newcomer: what they need to know at once. */
    void tell(long peer, List<Member> members, List<ChangeRecord> records) {
        tell(peer, members, null, records);
    }

    private void tell(long peer, List<Member> members, @Nullable Checkpoint told, List<ChangeRecord> records) {
        output.send(
                peer,
                new MembershipMessage.GossipTell(
                        members.subList(0, Math.min(members.size(), MEMBERS_MAX)),
                        told,
                        records.subList(0, Math.min(records.size(), RECORDS_MAX)),
                        List.of(),
                        view.changes().hash(),
                        view.cluster()));
    }

    /** To all peers, where they are not too many: what this node holds, or which records it knows, has changed. */
    void tellAtOnce(Collection<Long> peers) {
        if (peers.size() <= PEERS_TOLD_MAX) {
            view.own().beat();
            peers.forEach(this::greet);
        }
    }

    /** To a peer whose view of some partition is out of date: what these nodes and this one hold. */
    void tellHoldings(long peer, long[] nodes) {
        List<HeldPartitions> holdings = new ArrayList<>();
        addHolding(view.self().id(), holdings);
        for (long node : nodes) {
            if (node != view.self().id()) {
                addHolding(node, holdings);
            }
        }
        output.send(
                peer,
                new MembershipMessage.GossipTell(
                        List.of(view.self()),
                        null,
                        List.of(),
                        holdings,
                        view.changes().hash(),
                        view.cluster()));
        if (view.standing(peer).recordsHash() != view.changes().hash()) {
            output.send(peer, gossip(true));
        }
    }

    /** At once rather than when it is a peer's turn, but not for each request that tells of a difference. */
    void compareRecords(long peer) {
        Long last = comparedNanos.get(peer);
        if (last == null || clocks.nanos() - last >= COMPARE_NANOS) {
            comparedNanos.put(peer, clocks.nanos());
            output.send(peer, gossip(true));
        }
    }

    private void addHolding(long node, List<HeldPartitions> holdings) {
        HeldPartitions held = view.holding(node);
        if (held != null) {
            holdings.add(held);
        }
    }

    private MembershipMessage.Gossip gossip(boolean answer) {
        return gossip(view.beats(BEATS_MAX, clocks.nanos(), newsNanos), answer);
    }

    private MembershipMessage.Gossip gossip(List<Beat> beats, boolean answer) {
        return new MembershipMessage.Gossip(beats, view.changes().hash(), flushStamps(), answer);
    }

    private List<Long> flushStamps() {
        List<Long> stamps = facts.flushStamps().get();
        int last = stamps.size();
        while (last > 0 && stamps.get(last - 1) == 0) {
            last--;
        }
        return stamps.subList(0, last);
    }

    // --- hearing ---

    /** True: which members or records there are has changed. */
    boolean onGossip(long from, MembershipMessage.Gossip gossip) {
        List<Long> unknown = new ArrayList<>();
        List<Long> holdings = new ArrayList<>();
        for (Beat beat : gossip.beats()) {
            Learned learned = view.learn(beat, clocks.nanos());
            if (learned == Learned.NEWER) {
                detector.beat(beat.id(), clocks.nanos());
            } else if (learned == Learned.UNKNOWN) {
                unknown.add(beat.id());
            }
            if (view.lacksHolding(beat.id())) {
                holdings.add(beat.id());
            }
            if (beat.id() == from && view.knowsNewerHolding(beat)) {
                tellHoldings(from, new long[] {from});
            }
        }
        // Those that are there come first: of many, one answer tells of a part.
        unknown.addAll(strangers);
        facts.onFlushStamps().accept(gossip.flushStamps());
        sawRecords(gossip.recordsHash());
        if (gossip.answer()) {
            tellEmptyHoldings(from, takenForMembers(gossip.beats()));
            output.send(from, gossip(answerTo(gossip.beats()), false));
        }
        ask(from, unknown, holdings, gossip.recordsHash());
        return false;
    }

    /** Those whom another node takes for members, and who are gone: it has missed their end. */
    private List<Long> takenForMembers(List<Beat> theirs) {
        List<Long> gone = new ArrayList<>();
        for (Beat beat : theirs) {
            if (view.lastBeat(beat.id()) != null) {
                gone.add(beat.id());
            }
        }
        return gone;
    }

    /** Nothing is told of those who have never told of one. */
    private void tellEmptyHoldings(long peer, List<Long> gone) {
        List<HeldPartitions> empty = new ArrayList<>();
        gone.forEach(id -> addHolding(id, empty));
        if (!empty.isEmpty()) {
            output.send(
                    peer,
                    new MembershipMessage.GossipTell(
                            List.of(view.self()),
                            null,
                            List.of(),
                            empty,
                            view.changes().hash(),
                            view.cluster()));
        }
    }

    /** What this node knows better than was said, then what was not spoken of. */
    private List<Beat> answerTo(List<Beat> theirs) {
        List<Beat> answer = view.newerThan(theirs);
        Set<Long> spokenOf = new HashSet<>();
        theirs.forEach(beat -> spokenOf.add(beat.id()));
        for (Beat beat : view.beats(BEATS_MAX, clocks.nanos(), newsNanos)) {
            if (answer.size() < BEATS_MAX && (beat.id() == view.self().id() || !spokenOf.contains(beat.id()))) {
                answer.add(beat);
            }
        }
        return answer.subList(0, Math.min(answer.size(), BEATS_MAX));
    }

    private void ask(long from, List<Long> members, List<Long> holdings, long recordsHash) {
        boolean lacks = recordsHash != view.changes().hash();
        if (lacks || !members.isEmpty() || !holdings.isEmpty()) {
            output.send(
                    from,
                    new MembershipMessage.GossipAsk(
                            members,
                            holdings,
                            lacks ? view.changes().bucketHashes() : List.of(),
                            checkpoint.records().stamp(),
                            checkpoint.records().hash()));
        }
    }

    void onAsk(long from, MembershipMessage.GossipAsk ask) {
        List<Member> members = new ArrayList<>();
        List<Beat> last = new ArrayList<>();
        for (long id : ask.members()) {
            Member member = view.telling(id);
            if (member != null && members.size() < MEMBERS_MAX) {
                members.add(member);
                Beat beat = view.lastBeat(id);
                if (beat != null) {
                    last.add(beat);
                }
            }
        }
        List<ChangeRecord> records = view.changes().differing(ask.recordHashes(), RECORDS_MAX);
        boolean lacks = !ask.recordHashes().isEmpty()
                && checkpoint.records().isAbove(ask.compactedStamp(), ask.compactedHash());
        List<HeldPartitions> holdings = new ArrayList<>();
        for (long id : ask.holdings()) {
            HeldPartitions held = view.holding(id);
            if (held != null && holdings.size() < HOLDINGS_MAX) {
                holdings.add(held);
            }
        }
        if (lacks || !members.isEmpty() || !records.isEmpty() || !holdings.isEmpty()) {
            output.send(
                    from,
                    new MembershipMessage.GossipTell(
                            members,
                            lacks ? checkpoint : null,
                            records,
                            holdings,
                            view.changes().hash(),
                            view.cluster()));
        }
        if (!last.isEmpty()) {
            // Behind the tellings, without which it makes nothing of them.
            tellEmptyHoldings(from, last.stream().map(Beat::id).toList());
            output.send(from, gossip(last, false));
        }
    }

    /**
     * What was new in a telling.
     *
     * @param members which members there are, or one of them has started anew
     * @param holdings what some member holds
     * @param ownHolding the version of a holding of this node that is newer than what it knows of; 0: none
     */
    record News(boolean members, boolean records, boolean holdings, long ownHolding) {
        boolean any() {
            return members || records || holdings;
        }
    }

    News onTell(long from, MembershipMessage.GossipTell tell) {
        boolean news = false;
        for (Member member : tell.members()) {
            news |= learn(member);
        }
        boolean holdings = false;
        long own = 0;
        for (HeldPartitions holding : tell.holdings()) {
            holdings |= view.learn(holding);
            if (holding.id() == view.self().id()
                    && holding.version() > view.own().standing().holdingVersion()) {
                own = Math.max(own, holding.version());
            }
        }
        for (ChangeRecord record : tell.records()) {
            clocks.observe(record.stamp());
        }
        boolean newRecords = view.learn(tell.records());
        sawRecords(tell.recordsHash());
        if (newRecords) {
            ask(from, List.of(), List.of(), tell.recordsHash());
        }
        return new News(news, newRecords, holdings, own);
    }

    /** True if the member, or this start of it, is new. */
    boolean learn(Member member) {
        boolean news = view.learn(member, clocks.nanos());
        if (news && member.id() != view.self().id()) {
            detector.add(member.id(), view.self().id(), clocks.nanos());
            detector.beat(member.id(), clocks.nanos());
        }
        return news;
    }

    private void sawRecords(long theirHash) {
        sawOwnRecords |=
                !view.changes().isEmpty() && theirHash == view.changes().hash();
    }
}
