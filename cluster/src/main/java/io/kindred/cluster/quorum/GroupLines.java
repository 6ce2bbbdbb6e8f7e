package io.kindred.cluster.quorum;

import io.kindred.cluster.message.Operation.KeyName;
import io.kindred.cluster.message.SizeLimits;
import io.kindred.cluster.ring.RecordKey;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The lines of a group update's keys. They are its own when it has all of them, and the updates of these keys that were in
 * flight by then have ended; nothing else of the keys begins until it lets go.
 */
final class GroupLines {
    private static final String OTHER_TAG = "CROSSSLOT the keys of one transaction or script at a time have one {tag}: "
            + "these are in different partitions; nothing was applied";
    private static final String TOO_MANY =
            "ERR a transaction or script has more than " + SizeLimits.GROUP_KEYS_MAX + " keys; nothing was applied";

    private final Coordination node;
    private final long deadlineNanos;
    private final Runnable taken;
    private final Consumer<String> late;
    private List<KeyName> names = List.of();
    /** Null: it has none, nor waits for any. */
    private @Nullable Lines lines;

    /**
     * @param taken run when all lines are its own
     * @param late told why where there is no room, or the time is up: then it has none
     */
    GroupLines(Coordination node, long deadlineNanos, Runnable taken, Consumer<String> late) {
        this.node = node;
        this.deadlineNanos = deadlineNanos;
        this.taken = taken;
        this.late = late;
    }

    private final class Lines extends JointTurn {
        Lines(List<RecordKey> keys) {
            super(node.lines(), keys, deadlineNanos);
        }

        @Override
        void begin() {
            awaitUpdates(this);
        }

        @Override
        void refuse(String why) {
            lines = null;
            late.accept(why);
        }
    }

    /** Stands in the lines of these keys. An error: why it cannot, for good. */
    @Nullable
    String stand(List<KeyName> keys) {
        // A transaction names a key with each of its commands.
        Map<RecordKey, KeyName> different = new LinkedHashMap<>();
        for (KeyName name : keys) {
            different.put(node.router().route(name.db(), name.key()).storageKey(), name);
        }
        if (different.size() > SizeLimits.GROUP_KEYS_MAX) {
            return TOO_MANY;
        }
        names = List.copyOf(different.values());
        List<RecordKey> records = List.copyOf(different.keySet());
        int partition = records.get(0).partition();
        if (records.stream().anyMatch(each -> each.partition() != partition)) {
            return OTHER_TAG;
        }
        Lines asked = new Lines(records);
        lines = asked;
        asked.stand();
        return null;
    }

    /** Lets go, and stands in the lines of more keys than before. As {@link #stand}. */
    @Nullable
    String standAnew(List<KeyName> more) {
        List<KeyName> all = new ArrayList<>(names);
        all.addAll(more);
        letGo();
        return stand(all);
    }

    /** What is in flight of the keys' updates is settled first: nothing new of them begins, for the lines are taken. */
    private void awaitUpdates(Lines standing) {
        if (lines != standing) {
            return;
        }
        for (RecordKey key : standing.keys()) {
            KeyLine line = node.lines().of(key);
            if (!line.isSettled()) {
                line.whenSettled(() -> awaitUpdates(standing));
                return;
            }
        }
        taken.run();
    }

    /** In their order. Requires: that it stands in their lines. */
    List<RecordKey> keys() {
        Lines standing = lines;
        if (standing == null) {
            throw new IllegalStateException("a group update that has no lines");
        }
        return standing.keys();
    }

    /** Its records are stored here, and W do not have them yet. */
    void stored() {
        keys().forEach(key -> node.lines().of(key).hold(Hold.GROUP, deadlineNanos));
    }

    /** Others may have them. */
    void letGo() {
        Lines standing = lines;
        lines = null;
        if (standing == null) {
            return;
        }
        for (RecordKey key : standing.keys()) {
            KeyLine line = node.lines().find(key);
            if (line != null && line.isHeld(Hold.GROUP)) {
                line.release(Hold.GROUP);
            }
        }
        standing.letGo();
    }
}
