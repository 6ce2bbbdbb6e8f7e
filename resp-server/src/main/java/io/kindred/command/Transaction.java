package io.kindred.command;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a connection has queued behind MULTI, and what it watches.
 *
 * <p>Owned by: the connection's loop thread.
 */
public final class Transaction {
    /** More is not queued. */
    static final long BYTES_MAX = 16L << 20;

    static final int COMMANDS_MAX = 100_000;

    private final List<Queued> queue = new ArrayList<>(0);
    private final List<TransactionPart.Watched> watched = new ArrayList<>(0);
    private boolean isOpen;
    private boolean isRefused;
    private boolean writes;
    private long bytes;
    private @Nullable TransactionRoom room;
    private long watchedBytes;
    private @Nullable TransactionRoom watchRoom;

    record Queued(CommandTable.Command command, byte[][] args) {}

    /** What EXEC runs: it takes its room until it has ended. */
    record Taken(
            List<Queued> commands, long bytes, @Nullable TransactionRoom room) {
        void giveRoom() {
            if (room != null) {
                room.give(bytes);
            }
        }
    }

    /** Whether MULTI was sent, and neither EXEC nor DISCARD since. */
    public boolean isOpen() {
        return isOpen;
    }

    /** How many commands wait; -1: there was no MULTI. */
    public int size() {
        return isOpen ? queue.size() : -1;
    }

    public int watchedKeys() {
        return watched.size();
    }

    void open() {
        isOpen = true;
    }

    /** One of its commands could not be queued: EXEC runs none, so none is kept. */
    void refuse() {
        isRefused = isOpen;
        if (isOpen) {
            queue.clear();
            if (room != null) {
                room.give(bytes);
            }
            bytes = 0;
        }
    }

    boolean isRefused() {
        return isRefused;
    }

    /** Whether one of the commands writes. */
    boolean writes() {
        return writes;
    }

    /** False: there is no room for it. */
    boolean queue(CommandTable.Command command, byte[][] args, TransactionRoom of) {
        if (isRefused) {
            return true;
        }
        long size = TransactionRoom.sizeBytes(args);
        if (queue.size() >= COMMANDS_MAX || bytes + size > BYTES_MAX || !of.take(size)) {
            return false;
        }
        room = of;
        bytes += size;
        // EVAL has no such flag, and may write.
        writes |= command.spec().has(CommandSpec.Flag.WRITE) || command.action() instanceof Action.OfTurn;
        queue.add(new Queued(command, args));
        return true;
    }

    /** What waits by now. */
    List<Queued> queued() {
        return List.copyOf(queue);
    }

    /** The commands, in their order; nothing is queued any more. What is watched stays, until {@link #unwatch}. */
    Taken close() {
        Taken all = new Taken(List.copyOf(queue), bytes, room);
        queue.clear();
        isOpen = false;
        isRefused = false;
        writes = false;
        bytes = 0;
        return all;
    }

    boolean isWatched(int db, byte[] key) {
        return watched.stream().anyMatch(each -> each.db() == db && Arrays.equals(each.key(), key));
    }

    /** False: there is no room for it. */
    boolean watch(int db, byte[] key, long state, TransactionRoom of) {
        long size = TransactionRoom.sizeBytes(key);
        if (!of.take(size)) {
            return false;
        }
        watchRoom = of;
        watchedBytes += size;
        watched.add(new TransactionPart.Watched(db, key, state));
        return true;
    }

    /** What was watched, in the order of WATCH; nothing is any more. */
    List<TransactionPart.Watched> unwatch() {
        List<TransactionPart.Watched> all = List.copyOf(watched);
        watched.clear();
        if (watchRoom != null) {
            watchRoom.give(watchedBytes);
        }
        watchedBytes = 0;
        return all;
    }

    /** The connection begins anew, or ends. */
    public void reset() {
        close().giveRoom();
        unwatch();
    }
}
