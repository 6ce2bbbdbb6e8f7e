package io.kindred.cluster.sim;

import io.kindred.cluster.message.Outcome;
import io.kindred.cluster.quorum.LiveValue;
import io.kindred.cluster.quorum.UpdateFunction.Current;
import io.kindred.cluster.version.Dot;
import io.kindred.cluster.version.Sibling;
import io.kindred.cluster.version.VersionVector;
import io.kindred.cluster.version.Versions;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Follows values, where {@link HistoryChecker} follows dots: a lost update's dot is covered by whatever has superseded it,
 * and only what clients were told and what they find tells that it is gone. Each key has a judge of its kind.
 */
final class ValueHistory {
    private final SimCluster cluster;
    private final Map<String, ValueKey> keys = new LinkedHashMap<>();
    private final Map<String, Accounts> accounts = new LinkedHashMap<>();
    private final Arrivals arrivals = new Arrivals();
    /** Orders beginnings and ends: no two are at one time. */
    private long number;

    private long sloppyUpdates;
    private boolean isFlushed;

    long acknowledged;

    ValueHistory(SimCluster cluster) {
        this.cluster = cluster;
    }

    List<String> keys() {
        return new ArrayList<>(keys.keySet());
    }

    /** Those that clients go on with. */
    List<String> inUse() {
        return keys.values().stream()
                .filter(key -> !key.isFull())
                .map(key -> key.name)
                .toList();
    }

    /** Those that take any number of updates, and are exact. */
    List<ValueKey> endless() {
        return keys.values().stream()
                .filter(key -> key.isExact() && !(key instanceof RegisterKey) && !(key instanceof AccountKey))
                .toList();
    }

    boolean has(String name) {
        return keys.containsKey(name);
    }

    /** The key of that name and kind, from its first use on. */
    ValueKey key(String name, BiFunction<ValueHistory, String, ValueKey> kind) {
        ValueKey key = keys.computeIfAbsent(name, n -> kind.apply(this, n));
        if (isFlushed) {
            key.excuse("flushed");
        }
        return key;
    }

    /** Those of a tag, from their first use on. */
    Accounts accounts(String tag, int count) {
        Accounts known = accounts.get(tag);
        if (known == null) {
            known = new Accounts(this, tag, count);
            accounts.put(tag, known);
        }
        return known;
    }

    Collection<Accounts> accounts() {
        return accounts.values();
    }

    void add(ValueKey key) {
        key(key.name, (history, name) -> key);
    }

    long now() {
        return ++number;
    }

    /** Whether the clocks of all nodes agree, so that of two writes the later one has the greater stamp. */
    boolean isByClock() {
        return !cluster.wasSkewed();
    }

    ValueCall begin(ValueKey key, List<String> args) {
        ValueCall call = call(key.name, args);
        key.calls.add(call);
        key.begun(call);
        return call;
    }

    /** One that begins now. */
    ValueCall call(String name, List<String> args) {
        return new ValueCall(name, args, new ValueCall.Begun(now(), cluster.schedule.nowNanos(), sloppyUpdates));
    }

    /** One of accounts has ended. */
    void ended(ValueCall call, Outcome outcome) {
        call.ended = now();
        call.endedNanos = cluster.schedule.nowNanos();
        if (outcome instanceof Outcome.Updated updated) {
            call.reply = Linearization.text(updated.reply());
            call.end = ValueCall.End.ACKNOWLEDGED;
        } else {
            call.end = isUnsure(outcome) ? ValueCall.End.UNSURE : ValueCall.End.NOTHING;
        }
    }

    /** Whether some node has counted a sloppy update since it began. */
    boolean isSloppySince(ValueCall call) {
        return call.sloppyBefore != sloppyUpdates;
    }

    /** Whether a majority of a key's own replicas have a value with this token. */
    boolean isTokenAtMajority(String name, String token) {
        if (!cluster.isRingKnown()) {
            return false;
        }
        List<SimNode> replicas = cluster.replicasOf(name);
        return replicas.stream()
                        .filter(node -> hasToken(cluster.checker.held(node, name), token))
                        .count()
                > replicas.size() / 2;
    }

    private static boolean hasToken(Versions held, String token) {
        return held.siblings().stream()
                .map(Sibling::value)
                .anyMatch(value -> value != null
                        && AccountKey.account(new String(value, StandardCharsets.UTF_8))
                                .tokens()
                                .contains(token));
    }

    void end(ValueKey key, ValueCall call, Outcome outcome) {
        call.ended = now();
        call.endedNanos = cluster.schedule.nowNanos();
        if (outcome instanceof Outcome.Updated updated) {
            call.reply = Linearization.text(updated.reply());
            acknowledged(key, call);
        } else if (outcome instanceof Outcome.Written) {
            call.isFirm = isAtMajority(key, call);
            acknowledged(key, call);
        } else {
            call.end = isUnsure(outcome) ? ValueCall.End.UNSURE : ValueCall.End.NOTHING;
        }
    }

    /** What the disk took back may have been read before, and built upon. */
    private static boolean isUnsure(Outcome outcome) {
        return outcome instanceof Outcome.NoQuorum
                || (outcome instanceof Outcome.Refused refused
                        && refused.error().startsWith("MISCONF"));
    }

    private void acknowledged(ValueKey key, ValueCall call) {
        call.end = ValueCall.End.ACKNOWLEDGED;
        if (isSloppy(key, call)) {
            key.excuse("an update was sloppy");
        }
        acknowledged++;
        checkTaken(key, call);
        key.acknowledged(call);
    }

    /**
     * A majority has taken an update that is acknowledged, and nothing that it had not seen was there before it. So a SET that
     * a majority had before anybody but the coordinator had the update is seen by it.
     */
    private void checkTaken(ValueKey key, ValueCall call) {
        List<Dot> dots = key.dotsOf(call);
        boolean isRefused = call.command().equals("SETNX") && call.reply == null;
        boolean hasMade = !call.command().equals("SET") && !isRefused && !dots.isEmpty();
        boolean mayBeSloppy = !key.isExact() || call.sloppyBefore != sloppyUpdates;
        // A copy has what its original has not; and each datacenter has replicas of its own.
        boolean isElsewhere =
                !cluster.network.copies().isEmpty() || cluster.plan().datacenters() > 1;
        if (!hasMade || mayBeSloppy || isElsewhere || !isSettled()) {
            return;
        }
        List<SimNode> replicas = cluster.replicasOf(key.name);
        List<SimNode> took = replicas.stream()
                .filter(node ->
                        arrivals.tookWhole(node, key.name, dots, cluster.checker.held(node, key.name), call.begun))
                .toList();
        if (took.size() <= replicas.size() / 2) {
            throw key.violation(call + " was acknowledged " + dots + ", and of " + replicas + " only " + took
                    + " had nothing before it that it has not seen: "
                    + replicas.stream()
                            .map(node -> cluster.checker.held(node, key.name))
                            .toList());
        }
    }

    private boolean isSettled() {
        return cluster.isRingKnown()
                && cluster.network.nodes().stream().allMatch(node -> node.isLost || node.partitionsMoving() == 0);
    }

    /** A node is about to store a record. */
    void stored(SimNode node, String name, Versions before, Versions after) {
        if (keys.containsKey(name)) {
            arrivals.stored(node, name, before, after, now());
        }
    }

    /**
     * Whether some node has counted a sloppy update meanwhile, and this may be one: its version is not at a majority of the
     * key's own replicas, or it has made none.
     */
    private boolean isSloppy(ValueKey key, ValueCall call) {
        return call.sloppyBefore != sloppyUpdates && !isAtMajority(key, call);
    }

    /** Where nobody is left in a datacenter to say which nodes those are, it counts as not. */
    private boolean isAtMajority(ValueKey key, ValueCall call) {
        if (!cluster.isRingKnown()) {
            return false;
        }
        List<Dot> dots = key.dotsOf(call);
        // Of a counter two nodes may have made the same value: each of them may be this call's.
        return !dots.isEmpty()
                && dots.stream()
                        .map(Dot::actor)
                        .distinct()
                        .allMatch(actor -> isAtMajority(
                                key,
                                dots.stream()
                                        .filter(dot -> dot.actor().equals(actor))
                                        .toList()));
    }

    private boolean isAtMajority(ValueKey key, List<Dot> anyOf) {
        List<SimNode> replicas = cluster.replicasOf(key.name);
        return holders(key, replicas, anyOf) > replicas.size() / 2;
    }

    private long holders(ValueKey key, List<SimNode> replicas, List<Dot> anyOf) {
        return replicas.stream()
                .filter(node -> {
                    VersionVector clock = cluster.checker.held(node, key.name).clock();
                    return anyOf.stream().anyMatch(clock::covers);
                })
                .count();
    }

    /**
     * A machine has lost the tail of its log. Where a majority has left what may have been acknowledged, all stays exact; what
     * it had made itself, and nobody else has, was not acknowledged. While partitions move, this may be the only one that
     * is asked.
     */
    void tailLost(SimNode machine, String name, SimStorage.Reverted reverted) {
        ValueKey key = keys.get(name);
        arrivals.lost(machine, name, now());
        if (key == null || !key.isExact()) {
            return;
        }
        List<SimNode> replicas = isSettled() ? cluster.replicasOf(name) : List.of();
        for (Dot dot : key.lost(reverted)) {
            long holders = holders(key, replicas, List.of(dot));
            boolean wasItsAlone = dot.actor().nodeId() == machine.id && holders == 0 && !replicas.isEmpty();
            if (wasItsAlone) {
                key.gone(dot);
            }
            if (!wasItsAlone && holders <= replicas.size() / 2) {
                key.excuse("a machine lost what it had acknowledged");
                return;
            }
        }
    }

    /** A node has counted one. */
    void sloppyNow() {
        if (cluster.plan().trouble() == SimPlan.Trouble.SLOW_DISKS) {
            throw violation("an update was sloppy, and nobody was gone");
        }
        sloppyUpdates++;
    }

    /** Something happened to a key beside which exactness is not promised. */
    void excuse(String name, String why) {
        ValueKey key = keys.get(name);
        if (key != null) {
            key.excuse(why);
        }
    }

    /** A node has lost all that it had: reads of a key may miss what was acknowledged, until it has been repaired. */
    void diskLost(SimNode node, String name) {
        arrivals.lost(node, name, now());
        // A copy that has taken its original's place takes with it what that one does not have.
        cluster.network.nodes().stream()
                .filter(original -> original != node && original.id == node.id)
                .forEach(original -> arrivals.lost(original, name, now()));
        ValueKey key = keys.get(name);
        if (key != null) {
            key.excuseReads();
        }
    }

    /** Some version is about to be stored. What an update has made under no term was made where its replicas were gone. */
    void learn(String name, Sibling sibling) {
        ValueKey key = keys.get(name);
        if (key == null) {
            return;
        }
        key.learn(sibling);
        if (sibling.mark().isNone() && !key.isPlain(sibling)) {
            key.excuse("an update was sloppy");
        }
    }

    /** No key is exact any more. */
    boolean isFlushed() {
        return isFlushed;
    }

    /** From now on a flush may take what was acknowledged, of whatever key. */
    void flushed() {
        isFlushed = true;
        keys.values().forEach(key -> key.excuse("flushed"));
    }

    /** What a plain GET answers with. */
    static @Nullable String text(Versions versions) {
        Current live = LiveValue.of(versions, 0);
        return live == null ? null : new String(live.value(), StandardCharsets.UTF_8);
    }

    static boolean isSameText(Versions one, Versions other) {
        return Objects.equals(text(one), text(other));
    }

    void checkEnd() {
        keys.values().forEach(key -> key.checkEnd(text(cluster.merged(key.name))));
    }

    SimViolation violation(String what) {
        return cluster.violation(what);
    }
}
