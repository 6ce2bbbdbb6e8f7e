package io.kindred.cluster.core;

import io.kindred.cluster.message.Message.Verdict;
import java.util.ArrayDeque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What this node has asked to be written and is not durable yet: records of keys, and <em>node-local</em> ones, which say
 * something of this node.
 *
 * <p>Persists become durable in the order in which they were asked for, so those that wait form one queue. Who has changed
 * nothing may wait in it, too: what it saw may not be durable yet.
 */
final class Journal {
    private final CoreOutput output;
    private final ArrayDeque<Entry> waiting = new ArrayDeque<>();
    private int unpersisted;

    Journal(CoreOutput output) {
        this.output = output;
    }

    /** Who waits until what it has written, or seen, is durable. */
    abstract static class Entry {
        private final boolean persists;

        /** @param persists whether it has written something; else it waits for those before it */
        Entry(boolean persists) {
            this.persists = persists;
        }

        /** The engine has undone all that waits, this too: told to everyone that waits before anyone is told that it failed. */
        void burn() {}

        /** What was written is undone: told right before {@link #done}. */
        void undo() {}

        abstract void done(Verdict verdict);
    }

    private static final class Told extends Entry {
        private final Consumer<Verdict> told;

        Told(boolean persists, Consumer<Verdict> told) {
            super(persists);
            this.told = told;
        }

        @Override
        void done(Verdict verdict) {
            told.accept(verdict);
        }
    }

    /** Of a write whose end nobody asks for. */
    private static final Entry NOBODY = new Told(true, verdict -> {});

    /**
     * Writes a record.
     *
     * @param value null: deletes it
     * @param countDelta by how much the engine counts more keys in its group
     * @param note what the log keeps beside it: by how much it changes its partition's trees
     */
    void persist(byte[] key, byte @Nullable [] value, int countDelta, long note, Entry entry) {
        output.effects().persist(key, value, countDelta, note);
        unpersisted++;
        waiting.add(entry);
    }

    /** Writes a node-local record; a {@link #barrier} after it tells when it is durable. */
    void persistMeta(byte[] key, byte[] value) {
        persist(key, value, 0, 0, NOBODY);
    }

    /** Writes (null: deletes) a node-local record, and tells when that is durable or was undone. */
    void persistMeta(byte[] key, byte @Nullable [] value, Consumer<Verdict> told) {
        persist(key, value, 0, 0, new Told(true, told));
    }

    /** Deletes a record that nothing follows: a node-local one, or a hint. */
    void forget(byte[] key) {
        persist(key, null, 0, 0, NOBODY);
    }

    /** Tells when everything that was written so far is durable, or that some of it failed. */
    void barrier(Consumer<Verdict> done) {
        if (isDurable()) {
            done.accept(Verdict.OK);
        } else {
            await(new Told(false, done));
        }
    }

    /** Has someone wait who has written nothing. Requires: that something is not durable yet. */
    void await(Entry entry) {
        waiting.add(entry);
    }

    /** Whether all that was written is durable. */
    boolean isDurable() {
        return unpersisted == 0;
    }

    /** Records that are not durable yet. */
    int unpersisted() {
        return unpersisted;
    }

    /** The oldest {@code count} that were written are durable, or were undone. */
    void onPersisted(int count, @Nullable StoreFailure failure) {
        Verdict verdict = failure == null ? Verdict.OK : failure.verdict();
        if (failure != null) {
            waiting.forEach(Entry::burn);
        }
        for (int left = count; left > 0; ) {
            Entry entry = waiting.remove();
            left -= entry.persists ? 1 : 0;
            unpersisted -= entry.persists ? 1 : 0;
            if (failure != null) {
                entry.undo();
            }
            entry.done(verdict);
        }
        while (!waiting.isEmpty() && !waiting.element().persists) {
            waiting.remove().done(verdict);
        }
    }
}
