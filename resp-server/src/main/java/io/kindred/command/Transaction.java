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

    record Queued(CommandTable.Command command, byte[][] args) {}

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

    /** One of its commands could not be queued: EXEC runs none. */
    void refuse() {
        isRefused = isOpen;
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

    /** The commands, in their order; nothing is queued any more. What is watched stays, until {@link #unwatch}. */
    List<Queued> close() {
        List<Queued> all = List.copyOf(queue);
        queue.clear();
        isOpen = false;
        isRefused = false;
        writes = false;
        if (room != null) {
            room.give(bytes);
        }
        bytes = 0;
        return all;
    }

    boolean isWatched(int db, byte[] key) {
        return watched.stream().anyMatch(each -> each.db() == db && Arrays.equals(each.key(), key));
    }

    void watch(int db, byte[] key, long state) {
        watched.add(new TransactionPart.Watched(db, key, state));
    }

    /** What was watched, in the order of WATCH; nothing is any more. */
    List<TransactionPart.Watched> unwatch() {
        List<TransactionPart.Watched> all = List.copyOf(watched);
        watched.clear();
        return all;
    }

    /** The connection begins anew, or ends. */
    public void reset() {
        close();
        unwatch();
    }
}
