package io.kindred.cluster.wire;

import io.kindred.cluster.membership.Accusation;
import io.kindred.cluster.membership.Beat;
import io.kindred.cluster.membership.ChangeRecord;
import io.kindred.cluster.membership.Holding;
import io.kindred.cluster.membership.Member;
import io.kindred.cluster.membership.Standing;
import io.kindred.cluster.message.Guard;
import io.kindred.cluster.message.Message;
import io.kindred.cluster.message.Operation;
import io.kindred.cluster.message.Outcome;
import io.kindred.cluster.message.QuorumSpec;
import io.kindred.cluster.message.Reply;
import io.kindred.cluster.version.Actor;
import io.kindred.cluster.version.Dot;
import io.kindred.cluster.version.Sibling;
import io.kindred.cluster.version.Term;
import io.kindred.cluster.version.TermMark;
import io.kindred.cluster.version.VersionVector;
import io.kindred.cluster.version.Versions;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Messages drawn from a seed: one of every kind, with every kind of part somewhere among a few seeds. */
final class Samples {

    private static final String[] TEXTS = {"", "n1", "zone-a", "Zürich ☃ 𝄞", "ERR a sentence that says what happened"};

    private final Random random;

    Samples(long seed) {
        this.random = new Random(seed);
    }

    List<Message> oneOfEach() {
        return List.of(
                new Message.JoinRequest(member(), text(), text()),
                new Message.JoinRefused(text()),
                new Message.Gossip(list(this::beat), random.nextLong(), list(random::nextLong), coin()),
                new Message.GossipAsk(list(random::nextLong), list(random::nextLong), list(random::nextLong)),
                new Message.GossipTell(list(this::member), list(this::change), list(this::holding), random.nextLong()),
                new Message.Ping(id(), random.nextLong()),
                new Message.Pong(id(), random.nextLong()),
                new Message.Forward(id(), operation(), quorum(), random.nextLong(), random.nextInt(100_000), coin()),
                new Message.ForwardReply(id(), outcome()),
                new Message.ReadRequest(id(), bytes(), coin(), coin() ? guard() : null),
                readReply(),
                new Message.Replicate(id(), bytes(), versions(), random.nextLong(), coin() ? guard() : null),
                coin()
                        ? new Message.ReplicateAck(id(), verdict(), versions(), term())
                        : new Message.ReplicateAck(id(), verdict(), null),
                new Message.TermClaim(id(), random.nextInt(1024), guard()),
                new Message.TermReply(id(), verdict(), term(), random.nextInt(200)),
                new Message.TermsRequest(id(), ascending()),
                new Message.TermsReply(id(), list(this::term)),
                new Message.DotRequest(id(), bytes(), versions().clock(), coin()),
                dotReply(),
                new Message.HandOver(id(), List.of(bytes(), bytes()), List.of(versions(), versions())),
                new Message.Relay(id(), List.of(bytes(), bytes()), List.of(versions(), versions())),
                new Message.HandOverAck(id(), verdict(), list(() -> random.nextInt(128)), random.nextInt(1 << 20)),
                new Message.TreeRoots(id(), random.nextInt(100), ascending()),
                new Message.TreeRootsReply(id(), random.nextLong(), longs(), ascending()),
                new Message.TreeLanes(id(), ascending(), longs()),
                new Message.TreeLanesReply(
                        id(),
                        list(() -> new Message.TreeLanesReply.Lane(
                                random.nextInt(1024), random.nextInt(32), random.nextInt(20), random.nextLong())),
                        longs()),
                new Message.TreeSums(
                        id(),
                        list(() -> new Message.TreeSums.Span(
                                random.nextInt(1024), random.nextInt(32), random.nextInt(20), random.nextInt(64), 6))),
                new Message.TreeSumsReply(id(), longs()),
                new Message.BucketKeys(
                        id(),
                        list(() -> new Message.BucketKeys.Range(
                                random.nextInt(1024), random.nextInt(32), random.nextLong(), random.nextLong())),
                        longs()),
                new Message.BucketKeysReply(
                        id(),
                        verdict(),
                        new Message.BucketKeysReply.Covered(random.nextInt(64), random.nextLong()),
                        found(),
                        longs()),
                new Message.ExchangeObjects(id(), List.of(bytes()), List.of(versions()), list(this::bytes)),
                new Message.ExchangeObjectsReply(id(), verdict(), List.of(bytes()), List.of(versions())),
                new Message.ExchangeAsked(id(), random.nextInt(1024), random.nextLong()),
                new Message.ExchangeDone(id(), verdict()),
                new Message.CountRequest(
                        id(),
                        random.nextInt(16),
                        random.ints(random.nextInt(5), 0, 65_536).toArray()),
                new Message.CountReply(id(), random.nextLong()),
                new Message.ScanRequest(id(), random.nextInt(16), random.nextInt(1024), random.nextLong(), 100),
                scanReply(),
                new Message.ClockRequest(id()),
                new Message.ClockReply(id(), random.nextLong()),
                new Message.Flush(id(), list(random::nextLong)),
                new Message.FlushAck(id(), verdict()));
    }

    private Term term() {
        return coin() ? Term.NONE : new Term(1 + random.nextInt(1_000), random.nextLong());
    }

    private Guard guard() {
        return new Guard(term(), random.nextLong(), random.nextLong(), random.nextLong(), coin());
    }

    private Message dotReply() {
        return coin()
                ? new Message.DotReply(id(), Message.Verdict.NOT_MINE, null, null, 0)
                : new Message.DotReply(
                        id(),
                        Message.Verdict.OK,
                        new Dot(new Actor(random.nextLong(), 1 + random.nextInt(5)), 1 + random.nextInt(1_000)),
                        versions(),
                        random.nextLong());
    }

    Versions versions() {
        Versions versions = Versions.EMPTY;
        int writes = random.nextInt(4);
        for (int i = 0; i < writes; i++) {
            Actor actor = new Actor(random.nextInt(3), 1 + random.nextInt(2));
            Dot dot = new Dot(actor, versions.clock().highest(actor) + 1);
            long stamp = Math.abs((long) random.nextInt());
            long expiry = coin() ? -1 : random.nextInt(1 << 30);
            Sibling sibling = sibling(dot, stamp, expiry, coin() ? null : bytes());
            versions = versions.write(coin() ? versions.clock() : VersionVector.EMPTY, sibling);
        }
        return versions;
    }

    // NullAway does not see that a record's array may be null once the record has been compiled.
    @SuppressWarnings("NullAway")
    private static Sibling sibling(Dot dot, long stamp, long expiry, byte @Nullable [] value) {
        TermMark mark = dot.counter() % 2 == 0 ? TermMark.NONE : new TermMark(dot.counter(), stamp % 3, stamp / 2);
        return new Sibling(dot, stamp, expiry, value, mark);
    }

    Reply reply(int depth) {
        int kind = random.nextInt(depth == 0 ? 9 : 13);
        return switch (kind) {
            case 0 -> new Reply.Simple(text());
            case 1 -> new Reply.Error(text());
            case 2 -> new Reply.Int(random.nextLong());
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
        return switch (random.nextInt(3)) {
            case 0 -> new Operation.Get(random.nextInt(16), bytes());
            case 1 ->
                new Operation.Put(
                        random.nextInt(16),
                        bytes(),
                        coin() ? null : versions().clock(),
                        coin() ? null : bytes(),
                        coin() ? -1 : random.nextLong() >>> 1);
            default -> new Operation.Update(random.nextInt(16), bytes(), new byte[][] {bytes(), bytes(), bytes()});
        };
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
                random.nextLong(),
                text(),
                text(),
                random.nextInt(65_536),
                random.nextInt(65_536),
                text(),
                text(),
                random.nextDouble() * 4,
                random.nextInt(100),
                random.nextLong(),
                random.nextLong());
    }

    private Beat beat() {
        List<Accusation> accused = list(() -> new Accusation(random.nextLong(), random.nextLong()));
        Standing standing = new Standing(random.nextLong(), id(), random.nextLong(), random.nextLong());
        return new Beat(random.nextLong(), random.nextLong(), id(), accused, standing);
    }

    private Holding holding() {
        long[] words = random.longs(random.nextInt(4)).toArray();
        return new Holding(random.nextLong(), id(), coin(), words);
    }

    ChangeRecord change() {
        ChangeRecord.Kind[] kinds = ChangeRecord.Kind.values();
        return new ChangeRecord(
                kinds[random.nextInt(kinds.length)],
                random.nextLong(),
                random.nextLong() & Long.MAX_VALUE,
                random.nextLong(),
                1 + random.nextDouble(),
                text(),
                text(),
                random.nextLong());
    }

    private Message readReply() {
        return coin()
                ? new Message.ReadReply(
                        id(), coin() ? Message.Verdict.OK : Message.Verdict.UNCOUNTED, versions(), term())
                : new Message.ReadReply(id(), Message.Verdict.OLD_TERM, null, term());
    }

    private Message scanReply() {
        List<byte[]> keys = list(this::bytes);
        List<Versions> versions = new ArrayList<>();
        keys.forEach(key -> versions.add(versions()));
        return new Message.ScanReply(id(), verdict(), keys, versions, random.nextLong(), coin());
    }

    private QuorumSpec quorum() {
        return new QuorumSpec(random.nextInt(4), random.nextInt(4), random.nextInt(4), random.nextInt(4), coin());
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
        return random.ints(random.nextInt(5), 0, 65_536).sorted().toArray();
    }

    private Message.BucketKeysReply.Found found() {
        List<byte[]> keys = List.of(bytes(), bytes());
        return coin()
                ? new Message.BucketKeysReply.Found(
                        keys, List.of(versions().clock(), versions().clock()), List.of())
                : new Message.BucketKeysReply.Found(keys, List.of(), List.of(versions(), versions()));
    }

    private long[] longs() {
        return random.longs(random.nextInt(5)).toArray();
    }

    private byte[] bytes() {
        byte[] bytes = new byte[random.nextInt(20)];
        random.nextBytes(bytes);
        return bytes;
    }

    private long id() {
        return random.nextLong() >>> random.nextInt(64);
    }

    private String text() {
        return TEXTS[random.nextInt(TEXTS.length)];
    }

    private boolean coin() {
        return random.nextBoolean();
    }
}
