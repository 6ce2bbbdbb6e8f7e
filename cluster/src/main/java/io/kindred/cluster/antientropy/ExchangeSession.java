package io.kindred.cluster.antientropy;

import io.kindred.cluster.message.ExchangeMessage;
import io.kindred.cluster.message.ExchangeMessage.TreeLanesReply.Lane;
import io.kindred.cluster.message.ExchangeMessage.TreeSums.Span;
import io.kindred.cluster.message.Range;
import io.kindred.cluster.quorum.Request;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One exchange with one node: compares trees from the roots down, and has a {@link RangeExchange} make equal what
 * differs.
 *
 * <p>The work goes depth first, so that little of it is remembered: ranges of keys before nodes of trees, nodes before
 * trees, trees before further roots. All that is asked is stateless at the other end, so whatever ends a session, what it
 * has repaired by then stays repaired, and the next one finds only the rest.
 */
final class ExchangeSession extends Request {
    private static final int PARTITIONS_A_SUM = 64;
    private static final int PARTITIONS_A_MESSAGE = 8_192;
    private static final int LANES_PARTITIONS_MAX = 128;
    private static final int SPANS_MAX = 64;
    private static final int WIDTH_MAX = 6;
    private static final long PAUSE_MIN_NANOS = 10_000_000L;
    private static final long PAUSE_MAX_NANOS = 200_000_000L;

    private final ExchangeParts parts;
    final long peer;
    private final Consumer<ExchangeSession> onEnd;
    final ExchangeTally tally = new ExchangeTally();
    /** Compared, and made equal where they differed. */
    final TreeSet<Integer> compared = new TreeSet<>();
    /** Those, and others of which all that the peer has is here, and which it takes no more of. */
    final TreeSet<Integer> taken = new TreeSet<>();
    /** Trees that could not be compared now, at one of the two nodes. */
    int skipped;

    @Nullable
    String failure;

    private final int[] partitions;
    private final ExchangeAsk.Doubts doubts;

    private int nextPartition;
    /** Partitions whose roots differ, or are not known yet one by one. */
    private final ArrayDeque<Integer> suspects = new ArrayDeque<>();
    /** Nodes whose children are to be compared. */
    private final ArrayDeque<Node> nodes = new ArrayDeque<>();

    private final ArrayDeque<Range> ranges = new ArrayDeque<>();
    /** What the message under way asks for. */
    private int[] askedPartitions = {};

    private List<Node> askedNodes = List.of();
    private List<Range> underWay = List.of();
    private @Nullable RangeExchange range;
    private boolean ended;
    private long pauseNanos;
    private @Nullable Runnable paused;
    private long resumeAtNanos;

    /** A node of a tree that both sides divide into 2^bits buckets at least, and one of them into 2^deepest. */
    private record Node(int partition, int lane, int depth, int prefix, int bits, int deepest) {
        /** How many buckets its sums are added up of, at the side where that is more. */
        long buckets() {
            return 1L << (deepest - depth);
        }

        int width() {
            return Math.min(WIDTH_MAX, bits - depth);
        }

        Span span() {
            return new Span(partition, lane, depth, prefix, width());
        }
    }

    /** @param partitions ascending */
    ExchangeSession(
            ExchangeParts parts,
            long peer,
            int[] partitions,
            ExchangeAsk.Doubts doubts,
            Consumer<ExchangeSession> onEnd) {
        this.parts = parts;
        this.peer = peer;
        this.partitions = partitions;
        this.doubts = doubts;
        this.onEnd = onEnd;
    }

    /** Compares the trees, and exchanges what differs. */
    void begin() {
        for (int partition : doubts.unreadable()) {
            for (int lane = 0; lane < parts.trees().lanes().count(); lane++) {
                addRange(new Node(partition, lane, 0, 0, 0, 0));
            }
        }
        next();
    }

    /** Partitions of which it asks for everything. */
    Set<Integer> blind() {
        return doubts.unreadable();
    }

    /** Exchanges a range of keys, whatever the trees say. */
    void begin(Range only) {
        nextPartition = partitions.length;
        ranges.add(only);
        next();
    }

    private void next() {
        if (ended) {
            return;
        }
        if (!ranges.isEmpty()) {
            exchange();
        } else if (!nodes.isEmpty()) {
            askSums();
        } else if (!suspects.isEmpty()) {
            askLanes();
        } else if (nextPartition < partitions.length) {
            askRoots();
        } else {
            end(null);
        }
    }

    // --- roots ---

    private void askRoots() {
        int to = Math.min(partitions.length, nextPartition + PARTITIONS_A_MESSAGE);
        askedPartitions = Arrays.stream(partitions, nextPartition, to)
                .filter(parts.trees()::isReady)
                .filter(partition -> !parts.marks().isBehind(partition))
                .toArray();
        skipped += to - nextPartition - askedPartitions.length;
        nextPartition = to;
        if (askedPartitions.length == 0) {
            next();
            return;
        }
        open();
        parts.send(
                peer,
                new ExchangeMessage.TreeRoots(id, PARTITIONS_A_SUM, askedPartitions),
                10 + 2L * askedPartitions.length);
    }

    private void takeRoots(ExchangeMessage.TreeRootsReply reply) {
        if (reply.flushPrint() != parts.trees().flushPrint()) {
            end("it knows of other flushes");
            return;
        }
        int[] notReady = reply.notReady();
        long[] sums = new long[(askedPartitions.length + PARTITIONS_A_SUM - 1) / PARTITIONS_A_SUM];
        if (reply.sums().length != sums.length) {
            end("it answers something else");
            return;
        }
        for (int i = 0; i < askedPartitions.length; i++) {
            if (Arrays.binarySearch(notReady, askedPartitions[i]) < 0) {
                sums[i / PARTITIONS_A_SUM] += parts.trees().root(askedPartitions[i]);
            }
        }
        for (int i = 0; i < askedPartitions.length; i++) {
            int partition = askedPartitions[i];
            if (Arrays.binarySearch(notReady, partition) >= 0) {
                skipped++;
                continue;
            }
            compared.add(partition);
            if (sums[i / PARTITIONS_A_SUM] != reply.sums()[i / PARTITIONS_A_SUM]) {
                suspects.add(partition);
            }
        }
        beginElsewhere();
        next();
    }

    /**
     * Several nodes that exchange the same partitions with one, as with a node that comes back, each begin with other ones:
     * what one of them has made equal the others need not move.
     */
    private void beginElsewhere() {
        long mixed = parts.partitions().self() * 0x9E3779B97F4A7C15L;
        long first = Math.floorMod(mixed >>> 32, parts.trees().partitions());
        for (int turns = suspects.size(); turns > 0 && suspects.element() < first; turns--) {
            suspects.add(suspects.remove());
        }
    }

    // --- trees ---

    private void askLanes() {
        int count = Math.min(LANES_PARTITIONS_MAX, suspects.size());
        askedPartitions = new int[count];
        for (int i = 0; i < count; i++) {
            askedPartitions[i] = suspects.remove();
        }
        Arrays.sort(askedPartitions);
        open();
        parts.send(
                peer,
                new ExchangeMessage.TreeLanes(id, askedPartitions, parts.marks().of(askedPartitions)),
                10 + 10L * count);
    }

    private void takeLanes(ExchangeMessage.TreeLanesReply reply) {
        parts.marks().hear(askedPartitions, reply.reapMarks());
        TreeMap<Long, Lane> theirs = new TreeMap<>();
        for (Lane lane : reply.lanes()) {
            if (Arrays.binarySearch(askedPartitions, lane.partition()) < 0
                    || lane.lane() < 0
                    || lane.lane() >= parts.trees().lanes().count()
                    || lane.bits() < 0
                    || lane.bits() > MerkleTree.BITS_MAX) {
                end("it answers something else");
                return;
            }
            theirs.put(laneKey(lane.partition(), lane.lane()), lane);
        }
        for (int partition : askedPartitions) {
            if (parts.marks().isBehind(partition)) {
                compared.remove(partition);
                continue;
            }
            for (int lane = 0; lane < parts.trees().lanes().count(); lane++) {
                compare(partition, lane, theirs.get(laneKey(partition, lane)));
            }
        }
        next();
    }

    private static long laneKey(int partition, int lane) {
        return (long) partition << Integer.SIZE | lane;
    }

    private void compare(int partition, int lane, @Nullable Lane theirs) {
        MerkleTree mine = parts.trees().tree(partition, lane);
        long sum = theirs == null ? 0 : theirs.sum();
        if ((mine == null ? 0 : mine.root()) == sum) {
            return;
        }
        // One that has nothing takes all of it: there is no use in going down.
        int bits = mine == null || theirs == null ? 0 : Math.min(mine.bits(), theirs.bits());
        int deepest = Math.max(mine == null ? 0 : mine.bits(), theirs == null ? 0 : theirs.bits());
        descend(new Node(partition, lane, 0, 0, bits, deepest));
    }

    private void descend(Node node) {
        if (node.depth() < node.bits()) {
            nodes.push(node);
        } else {
            addRange(node);
        }
    }

    /** Neighbours become one range. */
    private void addRange(Node node) {
        TreeLayout lanes = parts.trees().lanes();
        long first = lanes.firstHash(node.partition(), node.lane(), node.depth(), node.prefix());
        long last = lanes.lastHash(node.partition(), node.lane(), node.depth(), node.prefix());
        Range before = ranges.peekLast();
        if (before != null
                && before.partition() == node.partition()
                && before.lane() == node.lane()
                && before.last() + 1 == first
                && first != 0) {
            ranges.removeLast();
            ranges.add(new Range(node.partition(), node.lane(), before.first(), last));
        } else {
            ranges.add(new Range(node.partition(), node.lane(), first, last));
        }
    }

    // --- nodes ---

    private void askSums() {
        List<Node> asked = new ArrayList<>();
        List<Span> spans = new ArrayList<>();
        long buckets = 0;
        while (asked.size() < SPANS_MAX && !nodes.isEmpty()) {
            buckets += nodes.element().buckets();
            if (!asked.isEmpty() && buckets > ExchangeService.BUCKETS_READ_MAX / 2) {
                break;
            }
            Node node = nodes.pop();
            asked.add(node);
            spans.add(node.span());
        }
        askedNodes = asked;
        open();
        parts.send(peer, new ExchangeMessage.TreeSums(id, spans), 10 + 8L * spans.size());
    }

    private void takeSums(ExchangeMessage.TreeSumsReply reply) {
        List<Span> spans = askedNodes.stream().map(Node::span).toList();
        long[] mine = ExchangeService.sums(parts.trees(), spans);
        if (mine == null || reply.sums().length != mine.length) {
            // A tree was built anew, here or there.
            end("the trees have changed");
            return;
        }
        int at = 0;
        for (Node node : askedNodes) {
            for (int child = 0; child < 1 << node.width(); child++, at++) {
                if (mine[at] != reply.sums()[at]) {
                    descend(new Node(
                            node.partition(),
                            node.lane(),
                            node.depth() + node.width(),
                            node.prefix() << node.width() | child,
                            node.bits(),
                            node.deepest()));
                }
            }
        }
        next();
    }

    // --- ranges ---

    /** As many as one message may ask for, of those of which nothing here can be believed or of the others. */
    private void exchange() {
        boolean blind = isUnreadable(ranges.element());
        List<Range> taken = new ArrayList<>();
        while (taken.size() < ExchangeService.RANGES_MAX
                && !ranges.isEmpty()
                && isUnreadable(ranges.element()) == blind) {
            taken.add(ranges.remove());
        }
        underWay = taken;
        if (taken.stream().anyMatch(range -> parts.marks().isBehind(range.partition()))) {
            end("what is here may be older than what is settled");
            return;
        }
        RangeExchange begun = new RangeExchange(parts, peer, tally, this::paced, why -> {
            range = null;
            if (why == null) {
                underWay = List.of();
                paced(this::next);
            } else {
                end(why);
            }
        });
        range = begun;
        if (blind) {
            begun.runBlind(taken);
        } else {
            begun.run(taken, doubts.distrusted());
        }
    }

    private boolean isUnreadable(Range of) {
        return doubts.unreadable().contains(of.partition());
    }

    /** At once; after a pause while this node has requests to serve, a longer one while they take longer than they used to. */
    private void paced(Runnable work) {
        if (ended) {
            return;
        }
        parts.latencies().worked();
        long least = parts.latencies().isServing() ? PAUSE_MIN_NANOS : 0;
        pauseNanos = parts.latencies().isStrained()
                ? Math.min(PAUSE_MAX_NANOS, Math.max(PAUSE_MIN_NANOS, pauseNanos * 2))
                : pauseNanos / 2 < PAUSE_MIN_NANOS ? least : pauseNanos / 2;
        if (pauseNanos == 0) {
            work.run();
        } else {
            paused = work;
            resumeAtNanos = parts.clocks().nanos() + pauseNanos;
        }
    }

    long nextTickNanos() {
        return paused == null ? Long.MAX_VALUE : resumeAtNanos;
    }

    void onTick() {
        Runnable work = paused;
        if (work != null && parts.clocks().nanos() - resumeAtNanos >= 0) {
            paused = null;
            work.run();
        }
    }

    // --- answers and ends ---

    private void open() {
        parts.requests().open(this, parts.clocks().nanos());
    }

    @Override
    public void onTreeRootsReply(long from, ExchangeMessage.TreeRootsReply reply) {
        if (isAwaited(from)) {
            takeRoots(reply);
        }
    }

    @Override
    public void onTreeLanesReply(long from, ExchangeMessage.TreeLanesReply reply) {
        if (isAwaited(from)) {
            takeLanes(reply);
        }
    }

    @Override
    public void onTreeSumsReply(long from, ExchangeMessage.TreeSumsReply reply) {
        if (isAwaited(from)) {
            takeSums(reply);
        }
    }

    /** Whether an answer is the one that was waited for; then it is not any more. */
    private boolean isAwaited(long from) {
        boolean awaited = from == peer && !ended;
        if (awaited) {
            parts.requests().close(this);
        }
        return awaited;
    }

    @Override
    protected void onPeerLost(long lost) {
        if (lost == peer) {
            end("its connection is lost");
        }
    }

    @Override
    protected void onDeadline() {
        end("it does not answer");
    }

    /** Ends before its end. */
    void giveUp(String why) {
        end(why);
    }

    private void end(@Nullable String why) {
        if (ended) {
            return;
        }
        ended = true;
        failure = why;
        paused = null;
        parts.requests().close(this);
        if (why != null) {
            forgetUnfinished();
        }
        compared.removeAll(tally.incomplete);
        taken.addAll(compared);
        compared.removeAll(tally.oneWay);
        onEnd.accept(this);
    }

    /** What was not come to, or not through with, was not compared. */
    private void forgetUnfinished() {
        if (range != null) {
            range.abandon();
        }
        compared.removeAll(suspects);
        nodes.forEach(node -> compared.remove(node.partition()));
        askedNodes.forEach(node -> compared.remove(node.partition()));
        underWay.forEach(left -> compared.remove(left.partition()));
        ranges.forEach(left -> compared.remove(left.partition()));
        Arrays.stream(askedPartitions).forEach(compared::remove);
    }
}
