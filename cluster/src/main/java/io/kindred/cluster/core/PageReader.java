package io.kindred.cluster.core;

import io.kindred.cluster.keyspace.ScanCursor;
import io.kindred.cluster.message.Message;
import io.kindred.cluster.message.Message.Verdict;
import io.kindred.cluster.quorum.FlushStamps;
import io.kindred.cluster.ring.StorageKey;
import io.kindred.cluster.version.CorruptRecordException;
import io.kindred.cluster.version.Versions;
import io.kindred.cluster.version.VersionsCodec;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Reads one page of a partition from this node's engine. A step of the engine may end early, for bytes as for entries;
 * a page goes on until it is past the place that its cursor names, so that every page gets the scan forward.
 */
final class PageReader {
    private final Desk desk;
    private final FlushStamps flushStamps;
    private final Outlet outlet;
    private final Message.ScanRequest request;
    private final Consumer<Message.ScanReply> done;
    private final List<byte[]> keys = new ArrayList<>();
    private final List<Versions> versions = new ArrayList<>();

    PageReader(
            Desk desk,
            FlushStamps flushStamps,
            Outlet outlet,
            Message.ScanRequest request,
            Consumer<Message.ScanReply> done) {
        this.desk = desk;
        this.flushStamps = flushStamps;
        this.outlet = outlet;
        this.request = request;
        this.done = done;
    }

    void start() {
        from(StorageKey.from(request.partition(), request.db(), request.fromHash()));
    }

    private void from(byte[] key) {
        desk.scan(key, StorageKey.end(request.partition(), request.db()), request.limit(), this::take);
    }

    private void take(Event.Scanned scanned) {
        if (scanned.failure() != null || !takeAll(scanned)) {
            reply(Verdict.FAILED, 0, false);
            return;
        }
        byte[] next = scanned.next();
        if (next == null) {
            reply(Verdict.OK, 0, true);
        } else if (StorageKey.isValid(next) && isPastCursor(next)) {
            reply(Verdict.OK, StorageKey.hash(next), false);
        } else {
            from(next);
        }
    }

    private boolean isPastCursor(byte[] next) {
        ScanCursor begun = ScanCursor.at(request.partition(), request.fromHash());
        return !ScanCursor.at(request.partition(), StorageKey.hash(next)).equals(begun);
    }

    private boolean takeAll(Event.Scanned scanned) {
        for (int i = 0; i < scanned.keys().size(); i++) {
            byte[] key = scanned.keys().get(i);
            if (!StorageKey.isValid(key)) {
                continue;
            }
            try {
                versions.add(VersionsCodec.decode(scanned.values().get(i))
                        .withoutStampsUpTo(flushStamps.of(request.db()))
                        .withoutValues());
                keys.add(key);
            } catch (CorruptRecordException damage) {
                outlet.effects().note("a record cannot be read: " + damage.getMessage());
                return false;
            }
        }
        return true;
    }

    private void reply(Verdict verdict, long nextHash, boolean complete) {
        boolean ok = verdict == Verdict.OK;
        done.accept(new Message.ScanReply(
                request.requestId(), verdict, ok ? keys : List.of(), ok ? versions : List.of(), nextHash, complete));
    }
}
