package io.kindred.cluster.wire;

import io.kindred.cluster.membership.Accusation;
import io.kindred.cluster.membership.Beat;
import io.kindred.cluster.membership.ChangeRecord;
import io.kindred.cluster.membership.CompactedRecords;
import io.kindred.cluster.membership.Departure;
import io.kindred.cluster.membership.HeldPartitions;
import io.kindred.cluster.membership.Member;
import io.kindred.cluster.membership.Standing;
import io.kindred.cluster.message.AskerDeadline;
import io.kindred.cluster.message.ClockReading;
import io.kindred.cluster.message.ExchangeMessage;
import io.kindred.cluster.message.Guard;
import io.kindred.cluster.message.HandoffMessage;
import io.kindred.cluster.message.KeyspaceMessage;
import io.kindred.cluster.message.MembershipMessage;
import io.kindred.cluster.message.Message;
import io.kindred.cluster.message.Operation;
import io.kindred.cluster.message.Outcome;
import io.kindred.cluster.message.PubSubMessage;
import io.kindred.cluster.message.QuorumSpec;
import io.kindred.cluster.message.Range;
import io.kindred.cluster.message.Record;
import io.kindred.cluster.message.Reply;
import io.kindred.cluster.message.RequestMessage;
import io.kindred.cluster.message.ScriptMessage;
import io.kindred.cluster.message.TermMessage;
import io.kindred.cluster.message.Topic;
import io.kindred.cluster.ring.Checkpoint;
import io.kindred.cluster.ring.RecordKey;
import io.kindred.cluster.ring.Ring;
import io.kindred.cluster.ring.RingMember;
import io.kindred.cluster.version.Actor;
import io.kindred.cluster.version.Dot;
import io.kindred.cluster.version.Sibling;
import io.kindred.cluster.version.Term;
import io.kindred.cluster.version.TermMark;
import io.kindred.cluster.version.VersionVector;
import io.kindred.cluster.version.Versions;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Messages drawn from a seed: one of every kind, with every kind of part somewhere among a few seeds. */
final class Samples {

    private static final String[] TEXTS = {"", "n1", "zone-a", "Zürich ☃ 𝄞", "ERR a sentence that says what happened"};

    /** No record has a higher one. */
    private static final long COUNTER_MAX = 1L << 56;

    private final Random random;

    Samples(long seed) {
        this.random = new Random(seed);
    }

    List<Message> oneOfEach() {
        return List.of(
                new MembershipMessage.JoinRequest(member(), text(), text()),
                new MembershipMessage.JoinRefused(text()),
                new MembershipMessage.Gossip(list(this::beat), anyLong(), list(this::anyLong), coin()),
                new MembershipMessage.GossipAsk(
                        list(this::anyLong), list(this::anyLong), list(this::anyLong), anyLong(), anyLong()),
                new MembershipMessage.GossipTell(
                        list(this::member),
                        coin() ? null : checkpoint(),
                        list(this::change),
                        list(this::holding),
                        anyLong(),
                        anyLong()),
                new MembershipMessage.Ping(id(), anyLong(), anyLong()),
                new MembershipMessage.Pong(id(), anyLong(), anyLong(), clocks()),
                new MembershipMessage.Pressure(coin()),
                new MembershipMessage.StartAsked(id()),
                new MembershipMessage.StartKnown(id(), List.of(id(), anyLong())),
                new RequestMessage.Forward(
                        id(), operation(), quorum(), anyLong(), anyInt(), new AskerDeadline(id(), anyLong()), coin()),
                new RequestMessage.ForwardReply(id(), outcome(), clocks()),
                new RequestMessage.ReadRequest(id(), key(), coin(), coin() ? guard() : null),
                readReply(),
                new RequestMessage.Deltas(id(), deltas(), anyLong(), coin() ? guard() : null),
                coin()
                        ? new RequestMessage.DeltasAck(id(), verdict(), versions(), term())
                        : new RequestMessage.DeltasAck(id(), verdict(), null),
                new RequestMessage.Acks(new long[] {id(), id(), id()}),
                new TermMessage.TermClaim(id(), anyInt(), guard()),
                new TermMessage.TermReply(id(), verdict(), term(), anyInt()),
                new TermMessage.TermsRequest(id(), ascending()),
                new TermMessage.TermsReply(id(), list(this::term), ascending(), ascending()),
                new RequestMessage.DotRequest(id(), key(), versions().clock(), coin()),
                dotReply(),
                new HandoffMessage.HandOver(id(), List.of(aRecord(), aRecord())),
                new HandoffMessage.Relay(id(), List.of(aRecord(), aRecord())),
                new HandoffMessage.HandOverAck(id(), verdict(), list(() -> anyInt()), anyInt()),
                new ExchangeMessage.TreeRoots(id(), anyInt(), ascending()),
                new ExchangeMessage.TreeRootsReply(id(), anyLong(), longs(), ascending()),
                new ExchangeMessage.TreeLanes(id(), ascending(), longs()),
                new ExchangeMessage.TreeLanesReply(
                        id(),
                        list(() -> new ExchangeMessage.TreeLanesReply.Lane(
                                anyInt(), anyInt(), random.nextInt(20), anyLong())),
                        longs()),
                new ExchangeMessage.TreeSums(
                        id(),
                        list(() -> new ExchangeMessage.TreeSums.Span(
                                anyInt(), anyInt(), random.nextInt(20), anyInt(), 6))),
                new ExchangeMessage.TreeSumsReply(id(), longs()),
                new ExchangeMessage.BucketKeys(id(), list(this::range), longs()),
                new ExchangeMessage.BucketKeysReply(
                        id(),
                        verdict(),
                        new ExchangeMessage.BucketKeysReply.Covered(
                                anyInt(), new Range.End(anyLong(), coin() ? null : key())),
                        found(),
                        longs()),
                new ExchangeMessage.BucketSums(id(), range(), longs()),
                new ExchangeMessage.BucketSumsReply(id(), verdict(), anyLong()),
                new ExchangeMessage.ExchangeObjects(id(), List.of(aRecord()), list(this::key)),
                new ExchangeMessage.ExchangeObjectsReply(id(), verdict(), List.of(aRecord())),
                new ExchangeMessage.ExchangeAsked(id(), anyInt(), anyLong()),
                new ExchangeMessage.ExchangeDone(id(), verdict()),
                new KeyspaceMessage.CountRequest(id(), anyInt(), ints()),
                new KeyspaceMessage.CountReply(id(), anyLong()),
                new KeyspaceMessage.ScanRequest(id(), anyInt(), anyInt(), anyLong(), 100),
                scanReply(),
                new KeyspaceMessage.ClockRequest(id()),
                new KeyspaceMessage.ClockReply(id(), anyLong(), anyLong()),
                new KeyspaceMessage.Flush(id(), list(this::anyLong)),
                new KeyspaceMessage.FlushAck(id(), verdict(), anyLong()),
                new ScriptMessage.ScriptRequest(id(), list(this::text)),
                new ScriptMessage.ScriptFlush(id()),
                new ScriptMessage.ScriptReply(id(), list(this::bytes)),
                new PubSubMessage.Interest(id(), id(), id(), coin(), list(this::topic), list(this::topic)),
                new PubSubMessage.InterestAck(id(), id(), id()),
                new PubSubMessage.Publication(id(), id(), topic(), text().getBytes(StandardCharsets.UTF_8)));
    }

    private Topic topic() {
        Topic.Kind[] kinds = Topic.Kind.values();
        return new Topic(kinds[random.nextInt(kinds.length)], text().getBytes(StandardCharsets.UTF_8));
    }

    private Term term() {
        return coin() ? Term.NONE : new Term(number(1, Term.NUMBER_MAX), anyLong());
    }

    private Guard guard() {
        return new Guard(term(), anyLong(), anyLong(), anyLong(), coin());
    }

    private Message dotReply() {
        return coin()
                ? new RequestMessage.DotReply(id(), Message.Verdict.NOT_MINE, null, null, 0)
                : new RequestMessage.DotReply(
                        id(),
                        Message.Verdict.OK,
                        new Dot(new Actor(anyLong(), (int) number(1, Integer.MAX_VALUE)), number(1, COUNTER_MAX)),
                        versions(),
                        anyLong());
    }

    Versions versions() {
        Versions versions = Versions.EMPTY;
        int writes = random.nextInt(4);
        for (int i = 0; i < writes; i++) {
            Actor actor = new Actor(number(-1, 1), (int) number(1, Integer.MAX_VALUE));
            long highest = versions.clock().highest(actor);
            if (highest == COUNTER_MAX) {
                continue;
            }
            Dot dot = new Dot(actor, number(highest + 1, COUNTER_MAX));
            long stamp = number(0, Long.MAX_VALUE);
            long expiry = number(-1, Long.MAX_VALUE);
            Sibling sibling = sibling(dot, stamp, expiry, coin() ? null : bytes());
            versions = versions.write(coin() ? versions.clock() : VersionVector.EMPTY, sibling);
        }
        return versions;
    }

    // NullAway does not see that a record's array may be null once the record has been compiled.
    @SuppressWarnings("NullAway")
    private static Sibling sibling(Dot dot, long stamp, long expiry, byte @Nullable [] value) {
        TermMark mark = dot.counter() % 2 == 0
                ? TermMark.NONE
                : new TermMark(Math.min(dot.counter(), Term.NUMBER_MAX), stamp % 3, stamp / 2);
        return new Sibling(dot, stamp, expiry, value, mark);
    }

    Reply reply(int depth) {
        int kind = random.nextInt(depth == 0 ? 9 : 13);
        return switch (kind) {
            case 0 -> new Reply.Simple(text());
            case 1 -> new Reply.Error(text());
            case 2 -> new Reply.Int(anyLong());
            case 3 -> new Reply.Bulk(bytes());
            case 4 -> Reply.NIL;
            case 5 -> Reply.NIL_ARRAY;
            case 6 -> new Reply.Real(random.nextGaussian());
            case 7 -> new Reply.Bool(coin());
            case 8 -> new Reply.Verbatim("txt", bytes());
            case 9 -> new Reply.Array(list(() -> reply(depth - 1)));
            case 10 -> new Reply.Pairs(List.of(reply(depth - 1), reply(depth - 1)));
            case 11 -> new Reply.Unordered(list(() -> reply(depth - 1)));
            default -> new Reply.Push(list(() -> reply(depth - 1)));
        };
    }

    Operation operation() {
        return switch (random.nextInt(4)) {
            case 0 -> new Operation.Get(anyInt(), bytes());
            case 1 ->
                new Operation.Put(
                        anyInt(),
                        bytes(),
                        coin() ? null : versions().clock(),
                        coin() ? null : bytes(),
                        number(-1, Long.MAX_VALUE));
            case 2 -> new Operation.Update(anyInt(), bytes(), new byte[][] {bytes(), bytes(), bytes()});
            default -> new Operation.GroupUpdate(keyNames(), new byte[][] {bytes(), bytes()});
        };
    }

    private List<Operation.KeyName> keyNames() {
        List<Operation.KeyName> names = new ArrayList<>();
        for (int i = random.nextInt(4); i >= 0; i--) {
            names.add(new Operation.KeyName(anyInt(), bytes()));
        }
        return names;
    }

    Outcome outcome() {
        return switch (random.nextInt(6)) {
            case 0 -> new Outcome.Found(versions());
            case 1 -> new Outcome.Written(versions().clock());
            case 2 -> new Outcome.Updated(reply(3));
            case 3 -> new Outcome.TryAgain(text());
            case 4 -> new Outcome.NoQuorum(text());
            default -> new Outcome.Refused(text());
        };
    }

    Member member() {
        return new Member(
                anyLong(), text(), text(), port(), port(), text(), text(), weight(), anyInt(), anyLong(), anyLong());
    }

    Departure departure() {
        return new Departure(anyLong(), moment(), anyLong(), moment());
    }

    private Departure.Moment moment() {
        return new Departure.Moment(anyLong(), anyLong());
    }

    private int port() {
        return (int) number(0, 65_535);
    }

    private double weight() {
        return coin() ? random.nextDouble() * 4 + Double.MIN_VALUE : coin() ? Double.MIN_VALUE : Double.MAX_VALUE;
    }

    private Beat beat() {
        List<Accusation> accused = list(() -> new Accusation(anyLong(), anyLong()));
        Standing standing = new Standing(anyLong(), id(), anyLong(), anyLong());
        return new Beat(anyLong(), anyLong(), id(), accused, standing);
    }

    private HeldPartitions holding() {
        long[] words = longs();
        return new HeldPartitions(anyLong(), id(), coin(), words);
    }

    Checkpoint checkpoint() {
        CompactedRecords records = new CompactedRecords(
                anyLong(),
                (int) number(1, Integer.MAX_VALUE),
                anyLong(),
                Stream.generate(this::anyLong).limit(64).toList(),
                list(this::change));
        TreeMap<String, Ring> rings = new TreeMap<>();
        for (String datacenter : List.of("", "Zürich")) {
            RingMember one = new RingMember(1, 1 + random.nextInt(3), text(), datacenter);
            RingMember other = new RingMember(-1, 1.5, text(), datacenter);
            rings.put(
                    datacenter,
                    coin() ? Ring.of(List.of(one), new int[1]) : Ring.of(List.of(one, other), new int[] {0, 1, 1, 0}));
        }
        return new Checkpoint(records, rings);
    }

    ChangeRecord change() {
        ChangeRecord.Kind[] kinds = ChangeRecord.Kind.values();
        return new ChangeRecord(
                kinds[random.nextInt(kinds.length)],
                anyLong(),
                number(0, Long.MAX_VALUE),
                anyLong(),
                weight(),
                text(),
                text(),
                anyLong());
    }

    private Message readReply() {
        return coin()
                ? new RequestMessage.ReadReply(
                        id(), coin() ? Message.Verdict.OK : Message.Verdict.UNCOUNTED, versions(), term())
                : new RequestMessage.ReadReply(id(), Message.Verdict.OLD_TERM, null, term());
    }

    private Range range() {
        return new Range(
                anyInt(),
                anyInt(),
                anyLong(),
                anyLong(),
                coin() ? null : key(),
                coin() ? null : key(),
                coin() ? Range.ALL_BUCKETS : anyLong());
    }

    private RecordKey key() {
        RecordKey head = headKey();
        return coin() ? head : head.withElement(coin() ? bytes() : new byte[300]);
    }

    private RecordKey headKey() {
        return RecordKey.head(random.nextInt(1 << 16), random.nextInt(16), anyLong(), bytes());
    }

    /** Of one partition, and different. */
    private List<Record> deltas() {
        RecordKey first = headKey();
        List<Record> records = new ArrayList<>();
        records.add(new Record(first, versions()));
        for (int i = random.nextInt(3); i > 0; i--) {
            records.add(new Record(first.withElement(new byte[] {(byte) i}), versions()));
        }
        return records;
    }

    private Record aRecord() {
        return new Record(key(), versions());
    }

    private Message scanReply() {
        return new KeyspaceMessage.ScanReply(id(), verdict(), list(this::aRecord), anyLong(), coin());
    }

    private QuorumSpec quorum() {
        return new QuorumSpec(anyInt(), anyInt(), anyInt(), anyInt(), coin());
    }

    private Message.Verdict verdict() {
        Message.Verdict[] verdicts = Message.Verdict.values();
        return verdicts[random.nextInt(verdicts.length)];
    }

    private <T> List<T> list(Supplier<T> item) {
        List<T> items = new ArrayList<>();
        int count = random.nextInt(4);
        for (int i = 0; i < count; i++) {
            items.add(item.get());
        }
        return items;
    }

    private int[] ascending() {
        return IntStream.of(ints()).sorted().toArray();
    }

    private int[] ints() {
        return IntStream.generate(this::anyInt).limit(random.nextInt(5)).toArray();
    }

    private ExchangeMessage.BucketKeysReply.Found found() {
        return coin()
                ? new ExchangeMessage.BucketKeysReply.Found(List.of(seen(), seen()), List.of())
                : new ExchangeMessage.BucketKeysReply.Found(List.of(), List.of(aRecord(), aRecord()));
    }

    private ExchangeMessage.BucketKeysReply.Seen seen() {
        return new ExchangeMessage.BucketKeysReply.Seen(key(), versions().clock());
    }

    private long[] longs() {
        return LongStream.generate(this::anyLong).limit(random.nextInt(5)).toArray();
    }

    private byte[] bytes() {
        byte[] bytes = new byte[random.nextInt(20)];
        random.nextBytes(bytes);
        return bytes;
    }

    private ClockReading clocks() {
        return new ClockReading(id(), anyLong(), anyLong());
    }

    private long id() {
        return coin() ? anyLong() : random.nextLong() >>> random.nextInt(64);
    }

    /** The ends of all there is, and what lies between. */
    private long anyLong() {
        return number(Long.MIN_VALUE, Long.MAX_VALUE);
    }

    private int anyInt() {
        return (int) number(0, Integer.MAX_VALUE);
    }

    /** One of {@code least} to {@code most}: often an end, or where the length of a varint changes. */
    private long number(long least, long most) {
        long drawn = switch (random.nextInt(6)) {
            case 0 -> least;
            case 1 -> most;
            case 2 -> (1L << 7 * (1 + random.nextInt(9))) - random.nextInt(2);
            case 3 -> (1L << random.nextInt(64)) - random.nextInt(2);
            case 4 -> random.nextInt(1000);
            default -> random.nextLong() >> random.nextInt(64);
        };
        return Math.max(least, Math.min(most, drawn));
    }

    private String text() {
        return TEXTS[random.nextInt(TEXTS.length)];
    }

    private boolean coin() {
        return random.nextBoolean();
    }
}
