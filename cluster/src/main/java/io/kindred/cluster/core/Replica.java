package io.kindred.cluster.core;

import io.kindred.cluster.antientropy.ReapMarks;
import io.kindred.cluster.message.Message.Verdict;
import io.kindred.cluster.quorum.LocalReplica;
import io.kindred.cluster.ring.RecordKey;
import io.kindred.cluster.version.Dot;
import io.kindred.cluster.version.VersionVector;
import io.kindred.cluster.version.Versions;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * This node's copy of the keys: what a step does with the state of its key, when {@link KeyChains} has found that.
 *
 * <p>A write is visible to the next step at once, and told done when it is durable ({@link Journal}). {@link Records} writes,
 * {@link Visibility} knows what flushes have hidden, {@link Dots} gives dots, and {@link UnreadableRecords} and {@link Losses}
 * know of what cannot be read.
 */
final class Replica implements LocalReplica, KeyChains.Runner {
    private final KeyChains chains;
    private final Records records;
    private final Dots dots;
    private final Visibility visibility;
    private final UnreadableRecords unreadable;
    private final ReapMarks marks;

    Replica(ReplicaStore store, CoreOutput output, Bookkeeping books) {
        this.records = books.records();
        this.dots = books.dots();
        this.visibility = books.visibility();
        this.unreadable = books.unreadable();
        this.marks = books.marks();
        this.chains = new KeyChains(store, output, unreadable, this);
    }

    KeyChains chains() {
        return chains;
    }

    @Override
    public void read(RecordKey storageKey, ReadStep step) {
        chains.run(storageKey, step);
    }

    @Override
    public void write(RecordKey storageKey, WriteStep step) {
        chains.run(storageKey, step);
    }

    @Override
    public void writeAll(List<RecordKey> keys, JointStep step) {
        chains.runTogether(keys, new KeyChains.Together() {
            @Override
            public void run(List<Versions> held) {
                apply(keys, held, step);
            }

            @Override
            public void fail(Verdict verdict) {
                step.done(verdict);
            }

            @Override
            public long weightBytes() {
                return step.weightBytes();
            }
        });
    }

    private void apply(List<RecordKey> keys, List<Versions> held, JointStep step) {
        List<Versions> visible = new ArrayList<>(keys.size());
        for (int i = 0; i < keys.size(); i++) {
            visible.add(visibility.visible(keys.get(i), held.get(i)));
        }
        List<@Nullable Versions> asked = step.next(visible);
        PartOf part = new PartOf(step);
        for (int i = 0; asked != null && i < keys.size(); i++) {
            Versions wanted = asked.get(i);
            if (wanted != null && !isLate(keys.get(i), held.get(i), wanted)) {
                part.missing++;
                write(keys.get(i), held.get(i), wanted, part);
            }
        }
        if (part.missing == 0) {
            part.missing = 1;
            records.unchanged(part);
        }
    }

    /** One key's part of what is done with several. */
    private static final class PartOf implements WriteStep {
        private final JointStep step;
        private int missing;
        private Verdict verdict = Verdict.OK;

        PartOf(JointStep step) {
            this.step = step;
        }

        @Override
        public @Nullable Versions next(Versions current) {
            throw new IllegalStateException("what is done with several keys is no step of one");
        }

        @Override
        public void done(Verdict how) {
            verdict = how == Verdict.OK ? verdict : how;
            if (--missing == 0) {
                step.done(verdict);
            }
        }
    }

    @Override
    public void run(RecordKey key, Versions held, Step step) {
        if (step instanceof ReadStep read) {
            read.loaded(Verdict.OK, visibility.visible(key, held));
        } else if (step instanceof DropStep drop) {
            drop.drop(held);
        } else {
            apply(key, held, (WriteStep) step);
        }
    }

    @Override
    public void runUnreadable(RecordKey key, Step step) {
        if (step instanceof DropStep drop) {
            drop.dropUnreadable();
        } else if (step instanceof WriteStep write && write.isBlind() && unreadable.isLost(key)) {
            applyOver(key, write);
        } else {
            fail(step, Verdict.UNREADABLE);
        }
    }

    @Override
    public void fail(Step step, Verdict verdict) {
        if (step instanceof ReadStep read) {
            read.loaded(verdict, null);
        } else if (step instanceof WriteStep write) {
            write.done(verdict);
        }
    }

    private void apply(RecordKey key, Versions held, WriteStep step) {
        Versions asked = step.next(visibility.visible(key, held));
        if (asked == null || isLate(key, held, asked)) {
            records.unchanged(step);
            return;
        }
        write(key, held, asked, step);
    }

    private void write(RecordKey key, Versions held, Versions asked, WriteStep step) {
        Versions next = visibility.visible(key, asked);
        records.change(key, held, next, RecordChange.Cause.WRITTEN, dots.written(key, held, next), step);
    }

    /** A tombstone that everybody had and that has been reaped here: it has come once more, and says nothing new. */
    private boolean isLate(RecordKey key, Versions held, Versions asked) {
        return held.isEmpty() && !key.isHint() && asked.goneAt() <= reapMark(key);
    }

    /** A write in place of a lost record. */
    private void applyOver(RecordKey key, WriteStep step) {
        dots.leap(key.partition());
        Versions asked = step.next(Versions.EMPTY);
        if (asked == null) {
            records.unchanged(step);
            return;
        }
        Versions next = visibility.visible(key, asked);
        unreadable.replaced(key);
        records.change(key, null, next, RecordChange.Cause.WRITTEN, dots.written(key, Versions.EMPTY, next), step);
    }

    /** A step that deletes; it looks at the record itself, hidden or not. */
    abstract static class DropStep implements WriteStep {
        abstract void drop(Versions held);

        /** The record cannot be read. */
        void dropUnreadable() {
            done(Verdict.UNREADABLE);
        }

        @Override
        public final @Nullable Versions next(Versions current) {
            return null;
        }
    }

    @Override
    public void dropUnreadableHint(RecordKey hintKey) {
        chains.run(hintKey, new DropStep() {
            @Override
            void drop(Versions held) {}

            @Override
            void dropUnreadable() {
                records.drop(hintKey, Versions.EMPTY, this);
            }

            @Override
            public void done(Verdict verdict) {}
        });
    }

    @Override
    public void dropIf(RecordKey storageKey, Versions seen, Dropped done) {
        chains.run(storageKey, new DropHintStep(storageKey, seen, done));
    }

    /**
     * No floor is raised: a dot of this node in a hint is also in its own container, or was lent as a stand-in, which
     * has raised the floor.
     */
    private final class DropHintStep extends DropStep {
        private final RecordKey hintKey;
        private final Versions seen;
        private final Dropped told;

        DropHintStep(RecordKey hintKey, Versions seen, Dropped told) {
            this.hintKey = hintKey;
            this.seen = seen;
            this.told = told;
        }

        @Override
        void drop(Versions held) {
            if (!held.isEmpty() && held.sameAs(seen)) {
                records.drop(hintKey, held, this);
            } else {
                told.done(Verdict.OK, false);
            }
        }

        @Override
        public void done(Verdict verdict) {
            told.done(verdict, verdict == Verdict.OK);
        }
    }

    @Override
    public long reapMark(RecordKey storageKey) {
        return marks.of(storageKey.partition());
    }

    @Override
    public Dot nextDot(RecordKey storageKey, VersionVector held, VersionVector context) {
        return dots.next(storageKey, held, context);
    }

    @Override
    public Dot lendDot(RecordKey storageKey, VersionVector held, VersionVector context) {
        return dots.lend(storageKey, held, context);
    }

    @Override
    public Dot lendDotAsStandIn(RecordKey storageKey, VersionVector held, VersionVector context) {
        return dots.lendAsStandIn(storageKey, held, context);
    }
}
