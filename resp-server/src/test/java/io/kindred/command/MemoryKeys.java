package io.kindred.command;

import io.kindred.cluster.message.Operation;
import io.kindred.cluster.message.Outcome;
import io.kindred.cluster.message.OutcomeCallback;
import io.kindred.cluster.message.QuorumSpec;
import io.kindred.cluster.quorum.GroupFunction;
import io.kindred.cluster.quorum.LiveValue;
import io.kindred.cluster.quorum.UpdateFunction;
import io.kindred.cluster.quorum.UpdateFunctions;
import io.kindred.cluster.quorum.WatchedState;
import io.kindred.cluster.version.Actor;
import io.kindred.cluster.version.Dot;
import io.kindred.cluster.version.HybridClock;
import io.kindred.cluster.version.Sibling;
import io.kindred.cluster.version.VersionVector;
import io.kindred.cluster.version.Versions;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** One replica that holds every key in memory: the port's contract without a cluster. */
final class MemoryKeys implements KeyPort {
    boolean alone = true;

    private final UpdateFunctions functions;
    private final InstantSource clock;
    private final List<TreeMap<byte[], Versions>> databases = new ArrayList<>();
    private final Deque<Outcome> failures = new ArrayDeque<>();
    private final List<QuorumSpec> quorums = new ArrayList<>();
    private final List<Operation> operations = new ArrayList<>();
    private Actor actor = new Actor(1, 0);
    private long stamp;

    MemoryKeys(UpdateFunctions functions, InstantSource clock) {
        this.functions = functions;
        this.clock = clock;
        for (int db = 0; db < 16; db++) {
            databases.add(new TreeMap<>(Arrays::compareUnsigned));
        }
    }

    /** The next writes come from another node, which has seen all that this one has. */
    void actor(long nodeId, int incarnation) {
        actor = new Actor(nodeId, incarnation);
    }

    /** The next operations end like this and do nothing; null: one that is carried out. */
    void failNext(@Nullable Outcome... outcomes) {
        for (Outcome outcome : outcomes) {
            failures.add(outcome == null ? new Outcome.Found(Versions.EMPTY) : outcome);
        }
    }

    List<QuorumSpec> quorums() {
        return quorums;
    }

    List<Operation> operations() {
        return operations;
    }

    TreeMap<byte[], Versions> database(int db) {
        return databases.get(db);
    }

    Versions versions(int db, byte[] key) {
        return databases.get(db).getOrDefault(key, Versions.EMPTY);
    }

    @Override
    public boolean isAlone() {
        return alone;
    }

    @Override
    public void execute(Operation operation, QuorumSpec quorum, OutcomeCallback callback) {
        quorums.add(quorum);
        operations.add(operation);
        Outcome failure = failures.poll();
        boolean fails = failure != null && !(failure instanceof Outcome.Found);
        callback.done(fails ? failure : outcome(operation));
    }

    private Outcome outcome(Operation operation) {
        Versions versions = versions(operation.db(), operation.key());
        if (operation instanceof Operation.Get) {
            return new Outcome.Found(versions);
        }
        if (operation instanceof Operation.Put put) {
            VersionVector context = put.context() == null ? versions.clock() : put.context();
            Sibling sibling = write(put, context, new UpdateFunction.Change(put.value(), put.expireAtMillis()));
            return new Outcome.Written(context.with(sibling.dot(), sibling.stamp()));
        }
        return operation instanceof Operation.GroupUpdate group
                ? updateAll(group)
                : update((Operation.Update) operation, versions);
    }

    private Outcome updateAll(Operation.GroupUpdate group) {
        GroupFunction function = functions.findGroup(group.args()[0]);
        if (function == null) {
            return new Outcome.Refused("ERR no such function");
        }
        GroupFunction.Result result = function.apply(group.args(), new AllValues(), clock.millis());
        for (GroupFunction.Edit edit : result.edits()) {
            write(
                    new Operation.Get(edit.db(), edit.key()),
                    versions(edit.db(), edit.key()).clock(),
                    edit.change());
        }
        return new Outcome.Updated(result.reply());
    }

    private final class AllValues implements GroupFunction.Values {
        @Override
        public boolean isRead(int db, byte[] key) {
            return true;
        }

        @Override
        public UpdateFunction.@Nullable Current get(int db, byte[] key) {
            return LiveValue.of(versions(db, key), clock.millis());
        }

        @Override
        public long state(int db, byte[] key) {
            return WatchedState.of(versions(db, key), clock.millis());
        }
    }

    private Outcome update(Operation.Update update, Versions versions) {
        UpdateFunction function = functions.find(update.args()[0], update.args().length);
        if (function == null) {
            return new Outcome.Refused("ERR no such function");
        }
        UpdateFunction.Current current = LiveValue.of(versions, clock.millis());
        UpdateFunction.Result result = function.apply(update.args(), current, clock.millis());
        UpdateFunction.Change change = result.change();
        if (change != null) {
            write(update, versions.clock(), change);
        }
        return new Outcome.Updated(result.reply());
    }

    /** The checker does not see from another module that a sibling's value may be null. */
    @SuppressWarnings("NullAway")
    private Sibling write(Operation to, VersionVector context, UpdateFunction.Change change) {
        Versions versions = versions(to.db(), to.key());
        stamp = Math.max(stamp + 1, clock.millis() << 16);
        long counter = VersionVector.nextCounter(versions.clock(), context, 0, actor);
        Sibling sibling = new Sibling(new Dot(actor, counter), stamp, change.expireAtMillis(), change.value());
        databases.get(to.db()).put(to.key(), versions.write(context, sibling));
        return sibling;
    }

    /** The stamps' own form, for tests that look at times. */
    static long stampMillis(long stamp) {
        return HybridClock.millis(stamp);
    }
}
