package io.kindred.cluster.core;

import io.kindred.cluster.keyspace.ScanCursor;
import io.kindred.cluster.message.KeyspaceMessage;
import io.kindred.cluster.message.Message.Verdict;
import io.kindred.cluster.message.Record;
import io.kindred.cluster.quorum.Clocks;
import io.kindred.cluster.quorum.FlushStamps;
import io.kindred.cluster.ring.Keyspace;
import io.kindred.cluster.ring.RecordKey;
import io.kindred.cluster.version.CorruptRecordException;
import io.kindred.cluster.version.Versions;
import io.kindred.cluster.version.VersionsCodec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads one page of a partition from this node's engine. A step of the engine may end early, for bytes as for entries;
 * a page goes on until it is past the place that its cursor names, so that every page gets the scan forward.
 *
 * <p>A step ends before a key or right behind one, and either place is good as an end of the page: the cursor that is
 * made of it names the first of all the keys that agree with it in the bits a cursor has, so those are in no page but the
 * next, and that one is not over before it has read them all.
 */
final class PageReader {
    private final Source source;
    private final KeyspaceMessage.ScanRequest request;
    private final Consumer<KeyspaceMessage.ScanReply> done;
    private final long deadlineNanos;
    private final List<Record> records = new ArrayList<>();

    PageReader(Source source, KeyspaceMessage.ScanRequest request, Consumer<KeyspaceMessage.ScanReply> done) {
        this.source = source;
        this.request = request;
        this.done = done;
        this.deadlineNanos = source.clocks.nanos() + source.timeoutNanos;
    }

    /**
     * What pages are read from.
     *
     * @param timeoutNanos how long whoever asks for a page waits for it
     */
    record Source(Steps steps, FlushStamps flushStamps, Clocks clocks, long timeoutNanos, Unreadable unreadable) {}

    /** What is made of a record that cannot be read. */
    interface Unreadable {
        /** Takes note of it; whether a page names its key. */
        boolean isShown(RecordKey storageKey, CorruptRecordException damage);
    }

    /** Reads one step of a range of the engine. */
    interface Steps {
        void scan(byte[] from, byte[] to, int limit, Consumer<Event.Scanned> done);
    }

    void start() {
        from(Keyspace.from(request.partition(), request.db(), request.fromHash()));
    }

    private void from(byte[] place) {
        source.steps.scan(place, Keyspace.end(request.partition(), request.db()), request.limit(), this::take);
    }

    private void take(Event.Scanned scanned) {
        // The one who asked has begun to wait earlier than this node to read: it has given up by now.
        boolean isTooLate = source.clocks.nanos() - deadlineNanos >= 0;
        if (isTooLate || scanned.failure() != null) {
            reply(Verdict.FAILED, 0, false);
            return;
        }
        takeAll(scanned);
        byte[] next = behindElements(scanned);
        if (next == null) {
            reply(Verdict.OK, 0, true);
        } else if (isPastCursor(next)) {
            reply(Verdict.OK, Keyspace.hash(next), false);
        } else {
            from(next);
        }
    }

    /** A page is of heads: what the step has ended within or before is passed over, however many elements a key has. */
    private static byte @Nullable [] behindElements(Event.Scanned scanned) {
        byte[] next = scanned.next();
        if (next == null || scanned.keys().isEmpty()) {
            return next;
        }
        byte[] past = scanned.keys().get(scanned.keys().size() - 1).pastElements();
        return Arrays.compareUnsigned(next, past) < 0 ? past : next;
    }

    private boolean isPastCursor(byte[] next) {
        if (!Keyspace.hasHash(next)) {
            return false;
        }
        ScanCursor begun = ScanCursor.at(request.partition(), request.fromHash());
        return !ScanCursor.at(request.partition(), Keyspace.hash(next)).equals(begun);
    }

    private void takeAll(Event.Scanned scanned) {
        for (int i = 0; i < scanned.keys().size(); i++) {
            RecordKey key = scanned.keys().get(i);
            if (key.hasElement()) {
                continue;
            }
            try {
                Versions held = VersionsCodec.decode(scanned.values().get(i));
                if (!held.isEmpty()) {
                    add(
                            key,
                            held.withoutStampsUpTo(source.flushStamps.of(request.db()))
                                    .withoutValues());
                }
            } catch (CorruptRecordException damage) {
                // It may have a value: that of another replica counts, and where nobody can tell the key is named.
                if (source.unreadable.isShown(key, damage)) {
                    add(key, Versions.EMPTY);
                }
            }
        }
    }

    private void add(RecordKey key, Versions held) {
        records.add(new Record(key, held));
    }

    private void reply(Verdict verdict, long nextHash, boolean complete) {
        boolean ok = verdict == Verdict.OK;
        done.accept(new KeyspaceMessage.ScanReply(
                request.requestId(), verdict, ok ? records : List.of(), nextHash, complete));
    }
}
