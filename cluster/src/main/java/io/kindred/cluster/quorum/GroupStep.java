package io.kindred.cluster.quorum;

import io.kindred.cluster.message.Message.Verdict;
import io.kindred.cluster.message.Operation;
import io.kindred.cluster.message.Operation.KeyName;
import io.kindred.cluster.message.Record;
import io.kindred.cluster.message.Reply;
import io.kindred.cluster.message.SizeLimits;
import io.kindred.cluster.ring.RecordKey;
import io.kindred.cluster.version.Dot;
import io.kindred.cluster.version.Sibling;
import io.kindred.cluster.version.Term;
import io.kindred.cluster.version.Versions;
import io.kindred.cluster.version.VersionsCodec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a group update makes of what it has read and of what this node has by then: its function is run, and all of its edits
 * are stored in one commit. Or versions that it has made before are made again: what they say has taken effect.
 */
final class GroupStep implements LocalReplica.JointStep {
    /** Lengths, about. */
    private static final int RECORD_BYTES = 16;

    private final Coordination node;
    private final Input input;
    private final @Nullable GroupFunction function;
    /** By key. */
    private final List<@Nullable LocalWrite> former;

    private final Consumer<GroupStep> told;
    private boolean isRun;
    private boolean isCancelled;
    private Verdict verdict = Verdict.OK;
    private @Nullable Refusal refusal;
    private @Nullable Reply reply;
    private List<KeyName> more = List.of();
    private boolean isTooLarge;
    /** By key; null: it has no new version. */
    private final List<@Nullable LocalWrite> made = new ArrayList<>();

    private final List<Record> deltas = new ArrayList<>();

    /**
     * What a step works with.
     *
     * @param found by key
     * @param term none: the update is sloppy
     */
    record Input(Ticket ticket, List<RecordKey> keys, List<GroupRead.Found> found, Term term) {}

    private GroupStep(
            Coordination node,
            Input input,
            @Nullable GroupFunction function,
            List<@Nullable LocalWrite> former,
            Consumer<GroupStep> told) {
        this.node = node;
        this.input = input;
        this.function = function;
        this.former = former;
        this.told = told;
    }

    /** @param told this step, when it is over */
    static GroupStep running(Coordination node, Input input, GroupFunction function, Consumer<GroupStep> told) {
        return new GroupStep(node, input, function, List.of(), told);
    }

    /** @param former by key: what is to be made again, and counts by what was found; null: there is nothing */
    static GroupStep again(
            Coordination node, Input input, List<@Nullable LocalWrite> former, Consumer<GroupStep> told) {
        return new GroupStep(node, input, null, former, told);
    }

    void start() {
        node.replica().writeAll(input.keys(), this);
    }

    /** It is not to be run any more. */
    void cancel() {
        isCancelled = true;
    }

    // --- what has come of it ---

    /** {@code OK}: what it has made is durable here. */
    Verdict verdict() {
        return verdict;
    }

    /** Whether it has got as far as the keys: what it left there others may have seen, whatever has come of it. */
    boolean isRun() {
        return isRun;
    }

    /** Why it was not made; null: it was, or {@link #more} says what it needs. */
    @Nullable
    Refusal refusal() {
        return refusal;
    }

    /** What the client is told once W have it; null: it was not run, but made again. */
    @Nullable
    Reply reply() {
        return reply;
    }

    /** Keys that the function has to see first. */
    List<KeyName> more() {
        return more;
    }

    /** What others are to have before the client is told. */
    List<Record> deltas() {
        return deltas;
    }

    /** By key; null: it has no new version. Empty: none has. */
    List<@Nullable LocalWrite> made() {
        return made;
    }

    /** Whether something was stored: where it was refused on the way, what it had made by then was not. */
    boolean hasMade() {
        return refusal == null && !isTooLarge && made.stream().anyMatch(each -> each != null);
    }

    /** Nothing was stored, for it does not fit into one message. */
    boolean isTooLarge() {
        return isTooLarge;
    }

    // --- making ---

    @Override
    public @Nullable List<@Nullable Versions> next(List<Versions> current) {
        if (isCancelled) {
            // The disk took so long to find the keys that the asker has been told.
            return null;
        }
        isRun = true;
        List<Versions> held = new ArrayList<>(current.size());
        for (int i = 0; i < current.size(); i++) {
            refusal = refusal == null ? refusalHere(i, current.get(i)) : refusal;
            long flushed = node.flushStamps().of(key(i).db());
            held.add(current.get(i).join(found(i).merged().withoutStampsUpTo(flushed)));
        }
        if (refusal != null) {
            return null;
        }
        GroupFunction run = function;
        if (run == null) {
            makeAgain(held);
        } else {
            run(run, held);
        }
        if (refusal != null || !more.isEmpty() || isTooLarge) {
            return null;
        }
        List<@Nullable Versions> stored = stored(current, held);
        isTooLarge = deltasBytes() > SizeLimits.READ_BYTES_MAX;
        return isTooLarge ? null : stored;
    }

    private long deltasBytes() {
        long sum = 0;
        for (Record each : deltas) {
            sum += RECORD_BYTES + each.key().bytes().length + VersionsCodec.sizeBytes(each.versions());
        }
        return sum;
    }

    RecordKey key(int index) {
        return input.keys().get(index);
    }

    private GroupRead.Found found(int index) {
        return input.found().get(index);
    }

    private boolean isAlone() {
        return input.found().get(0) == GroupRead.Found.ALONE;
    }

    private @Nullable Refusal refusalHere(int index, Versions current) {
        Versions read = isAlone() ? null : found(index).merged();
        return input.term().isNone() ? null : LocalRefusal.of(node.terms(), key(index), input.term(), current, read);
    }

    private void run(GroupFunction run, List<Versions> held) {
        long nowMillis = node.clocks().wallMillis();
        List<Versions> settled = new ArrayList<>(held.size());
        for (int i = 0; i < held.size(); i++) {
            settled.add(held.get(i).settled(node.replica().reapMark(key(i))));
        }
        GroupValues values = new GroupValues(node.router(), input.keys(), settled, nowMillis);
        GroupFunction.Result result = run.apply(args(), values, nowMillis);
        more = result.more();
        if (!more.isEmpty()) {
            return;
        }
        reply = result.reply();
        isTooLarge = ReplySize.bytes(result.reply()) > SizeLimits.READ_BYTES_MAX;
        if (isTooLarge) {
            return;
        }
        held.forEach(each -> made.add(null));
        Map<RecordKey, Integer> places = new HashMap<>();
        for (int i = 0; i < input.keys().size(); i++) {
            places.put(input.keys().get(i), i);
        }
        for (GroupFunction.Edit edit : result.edits()) {
            Integer index =
                    places.get(node.router().route(edit.db(), edit.key()).storageKey());
            if (index == null) {
                throw new IllegalStateException("a function changes a key that was not read");
            }
            UpdateFunction.Change change = edit.change();
            make(index, held.get(index), new LocalWrite.Content(change.value(), change.expireAtMillis()));
        }
    }

    private byte[][] args() {
        return ((Operation.GroupUpdate) input.ticket().operation()).args();
    }

    private void makeAgain(List<Versions> held) {
        for (int i = 0; i < held.size(); i++) {
            LocalWrite before = former.get(i);
            Sibling counting = before == null ? null : held.get(i).counting();
            made.add(null);
            if (before != null
                    && (counting == null
                            || !counting.dot().equals(before.sibling().dot()))) {
                refusal = Refusal.NONE;
                return;
            }
            if (before != null) {
                Sibling sibling = before.sibling();
                make(i, held.get(i), new LocalWrite.Content(sibling.value(), sibling.expireAtMillis()));
            }
        }
    }

    private void make(int index, Versions held, LocalWrite.Content content) {
        node.counters().lwwLosers += Math.max(0, held.valueCount() - 1);
        long reapMark = node.replica().reapMark(key(index));
        LocalWrite.Basis basis = LocalWrite.Basis.under(input.term(), held, reapMark);
        Dot dot = node.replica().nextDot(key(index), held.clock(), basis.context());
        int db = key(index).db();
        made.set(index, LocalWrite.make(node, input.ticket(), db, dot, basis, content));
    }

    /**
     * What is left as it is, and was not alike wherever it was asked for, is spread too: what the update tells of it would else
     * be gone with the one node that holds it.
     */
    private List<@Nullable Versions> stored(List<Versions> current, List<Versions> held) {
        List<@Nullable Versions> stored = new ArrayList<>(held.size());
        for (int i = 0; i < held.size(); i++) {
            LocalWrite write = made.get(i);
            boolean isAlike = found(i).isUniform() && held.get(i).sameAs(found(i).merged());
            if (write != null) {
                deltas.add(new Record(key(i), write.delta()));
            } else if (!input.term().isNone() && !isAlone() && !isAlike) {
                deltas.add(new Record(key(i), held.get(i)));
            }
            Versions left = write != null ? write.stored() : held.get(i);
            stored.add(left.sameAs(current.get(i)) ? null : left);
        }
        return stored;
    }

    @Override
    public void done(Verdict how) {
        verdict = how;
        told.accept(this);
    }
}
