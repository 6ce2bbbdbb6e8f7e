package io.kindred.cluster.sim;

import io.kindred.cluster.version.Dot;
import io.kindred.cluster.version.Sibling;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is known of one key from its clients alone: the updates that they sent, the replies and the reads. Each kind of key
 * takes certain commands only, so that its values tell which of them took effect, and in which order.
 *
 * <p>A key stays <em>exact</em> unless something happened to it that exactness is not promised beside; then its values are
 * judged by what can never be: an update that was applied twice, or that nobody sent.
 */
abstract class ValueKey {
    private final ValueHistory history;
    final String name;
    /** In the order of their beginning. */
    final List<ValueCall> calls = new ArrayList<>();

    private String notExactBecause = "";
    private boolean areReadsExcused;
    /** By the last token of their values, or the number that they are. */
    private final Map<String, List<Dot>> dots = new HashMap<>();
    /** Of all its versions. */
    private final Set<Dot> allDots = new HashSet<>();

    ValueKey(ValueHistory history, String name) {
        this.history = history;
        this.name = name;
    }

    /** What a read that begins now will have to see. */
    interface Reading {
        /** @param isStrict whether R of the key's own replicas have answered */
        void end(@Nullable String value, boolean isStrict);
    }

    final void excuse(String why) {
        notExactBecause = notExactBecause.isEmpty() ? why : notExactBecause;
    }

    final void excuseReads() {
        areReadsExcused = true;
    }

    final boolean isReadExact(boolean isStrict) {
        return isStrict && isExact() && !areReadsExcused;
    }

    /** Those of its versions that a container had, or had seen, which has become less. */
    final List<Dot> lost(SimStorage.Reverted reverted) {
        return allDots.stream()
                .filter(dot -> reverted.before().clock().covers(dot)
                        && !reverted.after().clock().covers(dot))
                .toList();
    }

    /** The only node that had a version has it no more. */
    final void gone(Dot dot) {
        calls.stream()
                .filter(call -> !call.isFirm && dotsOf(call).contains(dot))
                .forEach(call -> call.isGone = true);
    }

    final void learn(Sibling sibling) {
        allDots.add(sibling.dot());
        byte[] value = sibling.value();
        if (value != null) {
            String text = new String(value, StandardCharsets.UTF_8);
            List<Dot> known = dots.computeIfAbsent(text.substring(text.lastIndexOf(',') + 1), t -> new ArrayList<>());
            if (!known.contains(sibling.dot())) {
                known.add(sibling.dot());
            }
        }
    }

    /** The versions that a call has made; none where it has deleted, or changed nothing. */
    final List<Dot> dotsOf(ValueCall call) {
        String last = call.command().equals("INCR") ? call.reply : call.args.size() > 1 ? call.token() : null;
        return last == null ? List.of() : dots.getOrDefault(last, List.of());
    }

    /** Whether a version was made by a plain write, and by no update. */
    boolean isPlain(Sibling sibling) {
        return false;
    }

    final boolean isExact() {
        return notExactBecause.isEmpty();
    }

    /** How many may still take effect without anybody having heard. */
    final long unsure() {
        return calls.stream()
                .filter(call -> call.end == ValueCall.End.UNSURE || call.end == ValueCall.End.OPEN)
                .count();
    }

    /** Whether clients are to go on with another key of its kind: what is not exact any more shows little. */
    boolean isFull() {
        return !isExact() && !history.isFlushed();
    }

    abstract void begun(ValueCall call);

    abstract void acknowledged(ValueCall call);

    abstract Reading beginRead();

    /** After healing. */
    abstract void checkEnd(@Nullable String value);

    /** The time by now, as calls have it. */
    final long now() {
        return history.now();
    }

    final boolean isByClock() {
        return history.isByClock();
    }

    final SimViolation violation(String what) {
        return history.violation("key " + name + (isExact() ? "" : " (" + notExactBecause + ")") + ": " + what);
    }
}
