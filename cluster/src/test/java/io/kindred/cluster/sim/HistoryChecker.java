package io.kindred.cluster.sim;

import io.kindred.cluster.message.HandoffMessage;
import io.kindred.cluster.message.Message;
import io.kindred.cluster.message.Outcome;
import io.kindred.cluster.message.Record;
import io.kindred.cluster.message.RequestMessage;
import io.kindred.cluster.message.TermMessage;
import io.kindred.cluster.ring.DatacenterRecords;
import io.kindred.cluster.ring.RecordKey;
import io.kindred.cluster.version.Dot;
import io.kindred.cluster.version.Sibling;
import io.kindred.cluster.version.VersionVector;
import io.kindred.cluster.version.Versions;
import io.kindred.cluster.version.VersionsCodec;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Watches every container that is written and every answer that is given.
 *
 * <ul>
 *   <li>A dot names one value, for ever.
 *   <li>Siblings stay side by side only where neither had seen the other.
 *   <li>An acknowledged write is covered by the merge of all replicas at the end, unless a machine lost the only copies
 *       before they were synced (never where each write is synced), or a flush deleted it.
 *   <li>With R + W over N, a read of R of the key's own replicas that begins after W of them acknowledged a write covers
 *       it. With stand-ins among them neither says so much: what they hold is seen when it has been handed over.
 *   <li>What was reaped at one node is never written anywhere again.
 *   <li>After healing, all replicas of a key become the same, without anybody reading it.
 * </ul>
 */
final class HistoryChecker {
    private final SimCluster cluster;
    /** The write behind each token, in the order of their beginning. */
    private final Map<String, Write> writes = new LinkedHashMap<>();

    private final Map<String, List<Write>> acknowledgedByKey = new HashMap<>();
    private final Map<KeyDot, String> valueOfDot = new HashMap<>();
    private final Map<String, Contexts> contexts = new HashMap<>();

    private final Map<KeyDot, Long> stampOfDot = new HashMap<>();
    private final List<Delete> deletes = new ArrayList<>();
    /** Nobody has these any more. */
    private final Set<KeyDot> lost = new HashSet<>();
    /** Some node that had acknowledged these has lost them: a read quorum may miss them until they are repaired. */
    private final Set<KeyDot> weakened = new HashSet<>();

    /** By key, what containers that were reaped had seen. */
    private final Map<String, VersionVector> reaped = new HashMap<>();

    /** Acknowledged, and waiting for the one that superseded it. */
    private final List<Write> superseded = new ArrayList<>();

    private long supersededNanos;

    long acknowledged;
    long siblingsSeen;
    long containersReaped;

    /** Requests that failed. */
    long refused;
    /** Writes that went to another datacenter, each time that they did. */
    /** Writes that this checker follows, sent to another datacenter. */
    long relayed;
    /** Requests of clients that asked another datacenter for something. */
    long crossed;

    /** Of all datacenters. */
    static final String GLOBAL = "all";

    record KeyDot(String key, Dot dot) {}

    private record Delete(String key, VersionVector seen) {}

    /** One client write: what it had seen, and the dot that it was given once it is known. */
    static final class Write {
        final String key;
        final String token;
        final @Nullable VersionVector context;

        /** More than one where a SET was written again above what was concurrent with it: any of them stands for it. */
        final List<Dot> dots = new ArrayList<>();

        boolean acknowledged;
        /** By W of the key's own replicas. */
        boolean strict;
        /** The datacenter whose replicas have it. */
        String scope = "";

        Write(String key, String token, @Nullable VersionVector context) {
            this.key = key;
            this.token = token;
            this.context = context;
        }
    }

    final DeadlineChecker deadlines;

    HistoryChecker(SimCluster cluster) {
        this.cluster = cluster;
        this.deadlines = new DeadlineChecker(cluster);
    }

    Write begin(String key, String token, @Nullable VersionVector context) {
        Write write = new Write(key, token, context);
        writes.put(token, write);
        return write;
    }

    void acknowledge(Write write, boolean strict, String scope) {
        write.scope = scope;
        write.acknowledged = true;
        write.strict = strict;
        standsForThoseBefore(write);
        acknowledgedOf(write.key).add(write);
        acknowledged++;
    }

    /**
     * A plain SET that is superseded where it is made, by one that came behind it, has no version: the other's stands for it. They
     * are acknowledged one right behind the other, in the same event.
     */
    private void standsForThoseBefore(Write write) {
        long now = cluster.schedule.nowNanos();
        boolean isNext = !superseded.isEmpty()
                && supersededNanos == now
                && superseded.get(0).key.equals(write.key)
                && write.context == null;
        if (!superseded.isEmpty() && !isNext) {
            throw cluster.violation("acknowledged, but nobody ever stored it: " + superseded.get(0).token);
        }
        if (write.dots.isEmpty() && write.context == null) {
            superseded.add(write);
            supersededNanos = now;
        } else {
            superseded.forEach(before -> before.dots.addAll(write.dots));
            superseded.clear();
        }
    }

    void note(Outcome outcome) {
        boolean failed = outcome instanceof Outcome.NoQuorum || outcome instanceof Outcome.TryAgain;
        refused += failed ? 1 : 0;
    }

    private static String token(byte @Nullable [] value) {
        if (value == null) {
            return "";
        }
        String text = new String(value, StandardCharsets.UTF_8);
        return text.substring(text.lastIndexOf(',') + 1);
    }

    private static String name(RecordKey storageKey) {
        return ElementNames.name(storageKey);
    }

    /** Called for every record before it is written. */
    void persisting(SimNode node, byte[] written, byte @Nullable [] value) {
        RecordKey storageKey = RecordKey.parse(written);
        if (storageKey == null) {
            return;
        }
        boolean hint = storageKey.isHint();
        String key = name(storageKey);
        if (value == null) {
            if (cluster.reaps() && !hint) {
                noteGone(key, held(node, key), node.reapMark(storageKey));
            }
            return;
        }
        Versions versions = VersionsCodec.decode(value);
        checkNotReaped(node, key, versions);
        for (Sibling sibling : versions.siblings()) {
            learn(node, key, sibling);
            contextsOf(key).learn(sibling.dot(), contextOf(sibling, versions));
        }
        checkSiblings(key, versions);
        cluster.sawFlush(node.flushStamp());
        byte[] before = node.storage.look(storageKey);
        Versions held =
                before == null || SimStorage.isSenseless(before) ? Versions.EMPTY : VersionsCodec.decode(before);
        checkSuperseded(key, held, versions);
        if (!hint) {
            cluster.values.stored(node, key, held, versions);
        }
    }

    /** A version may be made where it is never stored, and be flushed before it is stored anywhere. */
    void sending(SimNode node, long to, Message message) {
        cluster.leavers.sending(node, message);
        SimNode receiver = cluster.network.byId(to);
        boolean isFar = receiver != null && !SimNetwork.isNear(node, receiver);
        if (isFar && (message instanceof RequestMessage.Deltas || message instanceof RequestMessage.ReadRequest)) {
            crossed++;
        }
        if (message instanceof TermMessage.TermClaim claim) {
            cluster.terms.sending(claim);
        }
        if (message instanceof HandoffMessage.Relay relay) {
            for (Record each : relay.records()) {
                relayed += cluster.values.has(name(each.key())) ? 0 : 1;
                for (Sibling sibling : each.versions().siblings()) {
                    learn(node, name(each.key()), sibling);
                }
            }
        }
        if (message instanceof RequestMessage.Deltas deltas) {
            for (Record each : deltas.records()) {
                for (Sibling sibling : each.versions().siblings()) {
                    learn(node, name(each.key()), sibling);
                }
            }
        }
    }

    /**
     * What was not gone at its node's mark was not reaped: the node does not own it any more, and others still hold it,
     * expired or not.
     */
    private void noteGone(String key, Versions gone, long reapMark) {
        if (gone.goneAt() <= reapMark) {
            containersReaped++;
            reaped.merge(key, gone.clock(), VersionVector::join);
        }
    }

    private VersionVector reapedOf(String key) {
        return reaped.getOrDefault(key, VersionVector.EMPTY);
    }

    /** An expired value may pass by once more: nobody sees it. */
    private void checkNotReaped(SimNode node, String key, Versions versions) {
        for (Sibling sibling : versions.siblings()) {
            boolean lives = !sibling.isTombstone() && !sibling.isExpired(cluster.latestWallMillis(node) - 1_000);
            if (lives && reapedOf(key).covers(sibling.dot())) {
                throw cluster.violation("key " + key + ": " + sibling + " was deleted and reaped, and is back at "
                        + node.name + ": " + versions);
            }
        }
    }

    /** The most that a version may supersede: what its client had seen, or all that its coordinator had. */
    private VersionVector contextOf(Sibling sibling, Versions written) {
        Write write = writes.get(token(sibling.value()));
        return write == null || write.context == null ? written.clock() : write.context;
    }

    /** What a container loses was seen by some write that it has seen, or flushed. */
    private void checkSuperseded(String key, Versions before, Versions after) {
        for (Sibling gone : before.siblings()) {
            if (gone.isTombstone()
                    || gone.stamp() <= cluster.highestFlush()
                    || after.siblings().stream().anyMatch(kept -> kept.dot().equals(gone.dot()))) {
                continue;
            }
            if (!contextsOf(key).supersede(gone.dot(), after.clock())) {
                throw cluster.violation("key " + key + " loses " + gone + ", which nothing has superseded: " + after);
            }
        }
    }

    private Contexts contextsOf(String key) {
        return contexts.computeIfAbsent(key, k -> new Contexts());
    }

    /** What each version of a key may supersede. */
    private static final class Contexts {
        private final Set<Dot> known = new HashSet<>();
        private final List<Context> inOrder = new ArrayList<>();

        private record Context(Dot dot, VersionVector seen) {}

        void learn(Dot dot, VersionVector seen) {
            if (known.add(dot)) {
                inOrder.add(new Context(dot, seen));
            }
        }

        /** Whether one of those that this clock has seen had seen the dot. It is mostly one of the last. */
        boolean supersede(Dot dot, VersionVector clock) {
            for (int i = inOrder.size() - 1; i >= 0; i--) {
                Context context = inOrder.get(i);
                if (context.seen.covers(dot) && clock.covers(context.dot) && !context.dot.equals(dot)) {
                    return true;
                }
            }
            return false;
        }
    }

    private void learn(SimNode node, String key, Sibling sibling) {
        KeyDot dot = new KeyDot(key, sibling.dot());
        byte[] value = sibling.value();
        String content = value == null ? "tombstone " + sibling.stamp() : new String(value, StandardCharsets.UTF_8);
        String before = valueOfDot.putIfAbsent(dot, content);
        if (before != null && !before.equals(content)) {
            throw cluster.violation(
                    "dot " + dot + " was given to " + before + " and to " + content + " at " + node.name);
        }
        stampOfDot.put(dot, sibling.stamp());
        cluster.values.learn(key, sibling);
        Write write = writes.get(token(value));
        if (write != null && !write.dots.contains(sibling.dot())) {
            write.dots.add(sibling.dot());
        }
    }

    private void checkSiblings(String key, Versions versions) {
        List<Sibling> siblings = versions.siblings();
        if (siblings.size() < 2) {
            return;
        }
        siblingsSeen++;
        for (Sibling a : siblings) {
            Write write = writes.get(token(a.value()));
            VersionVector context = write == null ? null : write.context;
            for (Sibling b : siblings) {
                if (a != b && context != null && context.covers(b.dot())) {
                    throw cluster.violation("key " + key + ": " + a + " had seen " + b + " and is beside it");
                }
            }
        }
    }

    /** A machine died with these containers unsynced: updates that only it and one more had acknowledged are half gone. */
    void logTailLost(SimNode node, List<SimStorage.Reverted> gone) {
        gone.forEach(each -> cluster.values.tailLost(node, name(each.key()), each));
        noteLost(gone);
    }

    /** A node is gone with these: whoever comes in its place asks the others first. */
    void diskLost(SimNode node, List<SimStorage.Reverted> gone) {
        gone.forEach(each -> cluster.values.diskLost(node, name(each.key())));
        noteLost(gone);
    }

    /** What nobody else has by now is excused. */
    private void noteLost(List<SimStorage.Reverted> gone) {
        for (SimStorage.Reverted reverted : gone) {
            String key = name(reverted.key());
            for (Write write : writes.values()) {
                for (Dot dot : write.key.equals(key) ? write.dots : List.<Dot>of()) {
                    if (reverted.before().clock().covers(dot)
                            && !reverted.after().clock().covers(dot)) {
                        weakened.add(new KeyDot(key, dot));
                        excuseIfNowhere(write, dot);
                    }
                }
            }
        }
    }

    private void excuseIfNowhere(Write write, Dot dot) {
        for (SimNode node : cluster.network.nodes()) {
            if (heldAndKept(node, write.key).clock().covers(dot)) {
                return;
            }
        }
        if (reapedOf(write.key).covers(dot)) {
            return;
        }
        boolean flushed = stampOfDot.getOrDefault(new KeyDot(write.key, dot), 0L) <= cluster.highestFlush();
        if (write.acknowledged && cluster.syncsEachWrite() && !flushed) {
            throw cluster.violation("synced and acknowledged, yet lost: " + write.token);
        }
        lost.add(new KeyDot(write.key, dot));
    }

    Versions held(SimNode node, String key) {
        byte[] value = node.storage.look(cluster.storageKey(key));
        return value == null ? Versions.EMPTY : VersionsCodec.decode(value);
    }

    /** What a node has of a key as its replica, or for one of its replicas. */
    private Versions heldAndKept(SimNode node, String key) {
        Versions all = held(node, key);
        List<Long> others = new ArrayList<>();
        for (SimNode other : cluster.network.nodes()) {
            others.add(other.id);
            others.add(DatacenterRecords.idOf(other.datacenter));
        }
        for (long other : others) {
            byte[] kept = node.storage.look(cluster.storageKey(key).hint(other));
            all = kept == null ? all : all.join(VersionsCodec.decode(kept));
        }
        return all;
    }

    /** How many writes of a key are acknowledged by now: a read that begins now has to cover those. */
    int acknowledgedSoFar(String key) {
        return acknowledgedOf(key).size();
    }

    private List<Write> acknowledgedOf(String key) {
        return acknowledgedByKey.computeIfAbsent(key, k -> new ArrayList<>());
    }

    /** What a delete had seen is gone for good, once it is acknowledged. */
    void acknowledgeDelete(String key, VersionVector seen) {
        deletes.add(new Delete(key, seen));
    }

    /** Where machines lose what they have not synced, a delete may be among it. */
    private void checkNothingCameBack(String key, Versions merged) {
        for (Delete delete : cluster.syncsEachWrite() ? deletes : List.<Delete>of()) {
            for (Sibling sibling : merged.siblings()) {
                if (delete.key.equals(key) && !sibling.isTombstone() && delete.seen.covers(sibling.dot())) {
                    throw cluster.violation("deleted, and there again: " + sibling + " of " + key);
                }
            }
        }
    }

    void checkRead(String key, int before, Versions read, String scope) {
        for (Write write : acknowledgedOf(key).subList(0, before)) {
            boolean isPromised = write.strict && write.scope.equals(scope);
            if (isPromised && !isAccountedFor(write, read.clock()) && !isWeakened(write)) {
                throw cluster.violation("a read of " + key + " misses " + write.token + " " + write.dots + ": " + read);
            }
        }
    }

    private boolean isWeakened(Write write) {
        return write.dots.stream().anyMatch(dot -> weakened.contains(new KeyDot(write.key, dot)));
    }

    private boolean isAccountedFor(Write write, VersionVector clock) {
        if (write.dots.isEmpty()) {
            throw cluster.violation("acknowledged, but nobody ever stored it: " + write.token);
        }
        for (Dot dot : write.dots) {
            if (clock.covers(dot) || reapedOf(write.key).covers(dot)) {
                return true;
            }
        }
        return write.dots.stream().anyMatch(dot -> {
            KeyDot known = new KeyDot(write.key, dot);
            return lost.contains(known) || stampOfDot.getOrDefault(known, 0L) <= cluster.highestFlush();
        });
    }

    void afterEvent(SimNode node) {
        cluster.latestWallMillis(node);
        cluster.sawFlush(node.flushStamp());
        if (cluster.countsDeadlines()) {
            deadlines.afterEvent(node);
        }
    }

    /** What a flush has left nothing of counts as absent, swept or not. */
    private static boolean isSame(Versions a, Versions b) {
        return a.sameAs(b) || (a.siblings().isEmpty() && b.siblings().isEmpty());
    }

    /** After healing: first as exchanges have left it, then when everything was read once more. */
    void checkEnd(List<String> keys) {
        for (String key : keys) {
            Versions merged = Versions.EMPTY;
            Versions first = null;
            for (SimNode node : cluster.replicasOf(key)) {
                merged = merged.join(cluster.visible(held(node, key)));
                Versions held = cluster.unreaped(key, held(node, key));
                if (first != null && !isSame(first, held)) {
                    throw cluster.violation("replicas of " + key + " differ: " + first + " and " + held);
                }
                first = held;
            }
            checkNothingCameBack(key, merged);
            for (Write write : acknowledgedOf(key)) {
                if (!isAccountedFor(write, merged.clock())) {
                    throw cluster.violation(
                            "acknowledged write lost: " + write.token + " " + write.dots + " of " + key);
                }
            }
        }
    }
}
