package io.kindred.cluster.antientropy;

import io.kindred.cluster.message.Message;
import io.kindred.cluster.message.Message.Verdict;
import io.kindred.cluster.quorum.Bytes;
import io.kindred.cluster.quorum.Request;
import io.kindred.cluster.ring.StorageKey;
import io.kindred.cluster.version.VersionVector;
import io.kindred.cluster.version.Versions;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Makes one range of a lane equal at two nodes, page by page: reads a page here, sends its digests, is told which keys
 * differ and what the other has seen of them, sends what the other lacks and takes what is lacking here. A container that
 * one side has seen all of goes one way only.
 */
final class RangeExchange extends Request {
    private static final int BATCH_KEYS_MAX = 128;

    private final ExchangeParts parts;
    private final long peer;
    private final Tally tally;
    private final Pace pace;
    private final Consumer<@Nullable String> done;

    private LaneReader.Hashes rest;
    private long pageEnd;
    private boolean ended;
    /** What this node has of the page. Looked up, never iterated over. */
    private final Map<Bytes, LaneReader.Entry> own = new HashMap<>();

    private final List<LaneReader.Entry> ownInOrder = new ArrayList<>();
    private final ArrayDeque<byte[]> toSend = new ArrayDeque<>();
    private final ArrayDeque<byte[]> toTake = new ArrayDeque<>();
    /** Asked for in the message under way. */
    private final List<byte[]> asked = new ArrayList<>();

    /** What an exchange has come to so far. */
    static final class Tally {
        long keysCompared;
        long keysSent;
        long keysTaken;
    }

    /** Runs the next piece of work, at once or a little later. */
    interface Pace {
        void next(Runnable work);
    }

    /** @param done is told null at the end of the range, or why it was not reached */
    RangeExchange(ExchangeParts parts, long peer, Tally tally, Pace pace, Consumer<@Nullable String> done) {
        this.parts = parts;
        this.peer = peer;
        this.tally = tally;
        this.pace = pace;
        this.done = done;
        this.rest = new LaneReader.Hashes(0, 0, 0, 0);
    }

    void run(LaneReader.Hashes hashes) {
        rest = hashes;
        readPage();
    }

    private void readPage() {
        parts.reader().read(rest, ExchangeService.PAGE_KEYS_MAX, page -> {
            if (ended) {
                return;
            }
            if (page == null) {
                end("its own records cannot be read");
                return;
            }
            own.clear();
            ownInOrder.clear();
            for (LaneReader.Entry entry : page.entries()) {
                own.put(new Bytes(entry.key()), entry);
                ownInOrder.add(entry);
            }
            pageEnd = page.coveredTo();
            tally.keysCompared += page.entries().size();
            long[] digests = page.entries().stream()
                    .mapToLong(LaneReader.Entry::digest)
                    .sorted()
                    .toArray();
            parts.requests().open(this, parts.clocks().nanos());
            parts.send(
                    peer,
                    new Message.BucketKeys(id, rest.partition(), rest.lane(), rest.first(), pageEnd, digests),
                    30 + (long) Long.BYTES * digests.length);
        });
    }

    @Override
    public void onAnswer(long from, Message answer) {
        if (from != peer || ended) {
            return;
        }
        if (answer instanceof Message.BucketKeysReply reply) {
            parts.requests().close(this);
            takeDifference(reply);
        } else if (answer instanceof Message.ExchangeObjectsReply reply) {
            parts.requests().close(this);
            takeObjects(reply);
        }
    }

    private void takeDifference(Message.BucketKeysReply reply) {
        if (reply.verdict() != Verdict.OK) {
            end("it answers " + reply.verdict());
            return;
        }
        if (Long.compareUnsigned(reply.coveredTo(), rest.first()) < 0
                || reply.storageKeys().size() > ExchangeService.PAGE_KEYS_MAX) {
            end("it makes no progress");
            return;
        }
        if (Long.compareUnsigned(reply.coveredTo(), pageEnd) < 0) {
            pageEnd = reply.coveredTo();
        }
        for (int i = 0; i < reply.storageKeys().size(); i++) {
            byte[] key = reply.storageKeys().get(i);
            if (!isOfPage(key)) {
                end("it names a key of another range");
                return;
            }
            sort(key, reply.clocks().get(i));
        }
        long[] missing = reply.missing().clone();
        Arrays.sort(missing);
        for (LaneReader.Entry entry : ownInOrder) {
            boolean lacks = Arrays.binarySearch(missing, entry.digest()) >= 0;
            // Those that the other has in another state have been sorted above.
            if (lacks && isOfPage(entry.key()) && own.containsKey(new Bytes(entry.key()))) {
                toSend.add(entry.key());
            }
        }
        moveObjects();
    }

    private boolean isOfPage(byte[] key) {
        return StorageKey.isValid(key)
                && parts.keeps(key)
                && StorageKey.partition(key) == rest.partition()
                && parts.trees().lanes().of(key) == rest.lane()
                && Long.compareUnsigned(StorageKey.hash(key), rest.first()) >= 0
                && Long.compareUnsigned(StorageKey.hash(key), pageEnd) <= 0;
    }

    /** Which way a key goes that both have, or that only the other has. */
    private void sort(byte[] key, VersionVector theirs) {
        LaneReader.Entry mine = own.remove(new Bytes(key));
        if (mine == null) {
            toTake.add(key);
            return;
        }
        boolean mineKnowsAll = mine.clock().descends(theirs);
        boolean theirsKnowsAll = theirs.descends(mine.clock());
        if (!mineKnowsAll || theirsKnowsAll) {
            toTake.add(key);
        }
        if (!theirsKnowsAll || mineKnowsAll) {
            toSend.add(key);
        }
    }

    private void moveObjects() {
        if (toSend.isEmpty() && toTake.isEmpty()) {
            endPage();
            return;
        }
        asked.clear();
        while (asked.size() < BATCH_KEYS_MAX && !toTake.isEmpty()) {
            asked.add(toTake.remove());
        }
        gather(new ArrayList<>(), new ArrayList<>(), 0);
    }

    /** Reads what is to be sent, one after the other, until the message is full. */
    private void gather(List<byte[]> keys, List<Versions> versions, long bytes) {
        byte[] key = keys.size() < BATCH_KEYS_MAX && bytes < ExchangeService.BATCH_BYTES_MAX ? toSend.poll() : null;
        if (key == null) {
            tally.keysSent += keys.size();
            parts.counters().keysRepaired += keys.size();
            long size = bytes
                    + 20
                    + asked.stream().mapToLong(wanted -> wanted.length).sum();
            parts.requests().open(this, parts.clocks().nanos());
            parts.send(peer, new Message.ExchangeObjects(id, keys, versions, List.copyOf(asked)), size);
            return;
        }
        parts.replica().read(key, (verdict, held) -> {
            if (ended) {
                return;
            }
            if (held == null) {
                end("its own record cannot be read: " + verdict);
                return;
            }
            keys.add(key);
            versions.add(held);
            gather(keys, versions, bytes + ExchangeParts.sizeBytes(key, held));
        });
    }

    private void takeObjects(Message.ExchangeObjectsReply reply) {
        if (reply.verdict() != Verdict.OK || reply.storageKeys().size() > asked.size()) {
            end("it answers " + reply.verdict());
            return;
        }
        Joins joins = new Joins();
        for (int i = 0; i < reply.storageKeys().size(); i++) {
            byte[] key = reply.storageKeys().get(i);
            // What was asked for is answered in its order.
            if (!Arrays.equals(key, asked.get(i))) {
                end("it sends what was not asked for");
                return;
            }
            joins.missing++;
            tally.keysTaken++;
            parts.join(key, reply.versions().get(i), joins::done);
        }
        int answered = reply.storageKeys().size();
        if (answered == 0 && !asked.isEmpty()) {
            end("it does not send what it has");
            return;
        }
        for (int i = asked.size() - 1; i >= answered; i--) {
            toTake.addFirst(asked.get(i));
        }
        joins.done(Verdict.OK);
    }

    /** The joins of one message; goes on when all of them are durable. */
    private final class Joins {
        /** One more than there are, until all have begun. */
        int missing = 1;

        private Verdict worst = Verdict.OK;

        void done(Verdict verdict) {
            worst = verdict == Verdict.OK ? worst : verdict;
            if (--missing > 0 || ended) {
                return;
            }
            if (worst != Verdict.OK) {
                end("what it sent cannot be stored: " + worst);
            } else {
                pace.next(RangeExchange.this::moveObjects);
            }
        }
    }

    private void endPage() {
        if (pageEnd == rest.last()) {
            end(null);
            return;
        }
        rest = rest.from(pageEnd + 1);
        pace.next(this::readPage);
    }

    private void end(@Nullable String why) {
        if (!ended) {
            ended = true;
            parts.requests().close(this);
            done.accept(why);
        }
    }

    /** Stops; nobody is told. */
    void abandon() {
        ended = true;
        parts.requests().close(this);
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
}
