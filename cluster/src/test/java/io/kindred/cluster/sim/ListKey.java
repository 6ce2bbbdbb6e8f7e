package io.kindred.cluster.sim;

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
 * A key that APPENDs of unique tokens write, and now and then a plain SET that begins the list anew. The reply of an
 * APPEND is the number of tokens, which is its token's place for good.
 *
 * <ul>
 *   <li>No value has a token twice, or one that nobody sent or that was not applied, or a SET's behind another.
 *   <li>An acknowledged APPEND is in every value that begins with what was there before it was sent.
 *   <li>No value begins with a SET that was over before another one began that was acknowledged.
 *   <li>A SET that no majority of the key's own replicas had when it was acknowledged (W = 1, or stand-ins) may take effect
 *       at any later time, as one that failed may, and hide what had not seen it; at the end it has.
 *   <li>APPENDs of which none was sent before the other was answered are in that order.
 * </ul>
 */
final class ListKey extends ValueKey {
    /** SETs of two nodes whose clocks agree are stamped in the order in which they were sent if so long lies between. */
    private static final long SURELY_LATER_NANOS = 1_000_000_000L;

    /** Of an APPEND or a SET, by what it writes. */
    private final Map<String, ValueCall> byToken = new HashMap<>();

    private final List<ValueCall> acknowledgedAppends = new ArrayList<>();
    private final List<ValueCall> sets = new ArrayList<>();

    ListKey(ValueHistory history, String name) {
        super(history, name);
    }

    @Override
    boolean isPlain(Sibling sibling) {
        byte[] value = sibling.value();
        ValueCall first = value == null ? null : byToken.get(new String(value, StandardCharsets.UTF_8));
        return first != null && first.command().equals("SET");
    }

    @Override
    void begun(ValueCall call) {
        byToken.put(call.token(), call);
        if (call.command().equals("SET")) {
            sets.add(call);
        }
    }

    @Override
    void acknowledged(ValueCall call) {
        if (call.command().equals("APPEND")) {
            acknowledgedAppends.add(call);
        }
    }

    @Override
    Reading beginRead() {
        int appends = acknowledgedAppends.size();
        long before = calls.isEmpty() ? 0 : now();
        return (value, isStrict) -> check(value, isReadExact(isStrict), appends, before, "a read");
    }

    @Override
    void checkEnd(@Nullable String value) {
        check(value, isExact(), acknowledgedAppends.size(), now(), "at the end");
        checkNotLost(value);
    }

    /** @param before what had ended by then has to be accounted for */
    private void check(@Nullable String value, boolean isWhole, int appends, long before, String where) {
        List<String> tokens = value == null ? List.of() : List.of(value.split(",", -1));
        checkTokens(tokens, where);
        if (!isWhole) {
            return;
        }
        ValueCall first = tokens.isEmpty() ? null : byToken.get(tokens.get(0));
        ValueCall base = first != null && first.command().equals("SET") ? first : null;
        for (ValueCall set : sets) {
            boolean wasThere = set.isFirm && set.ended < before;
            if (wasThere && (base == null || isSurelyBefore(base, set))) {
                throw violation(where + " finds " + value + ", which begins with " + base + " and not with " + set
                        + " or one after it");
            }
        }
        for (ValueCall append : acknowledgedAppends.subList(0, appends)) {
            int place = Integer.parseInt(String.valueOf(append.reply)) - 1;
            boolean isThere = place < tokens.size() && tokens.get(place).equals(append.token());
            boolean mayBeHidden = base != null && !(base.isFirm && base.isBefore(append));
            if (!isThere && (!mayBeHidden || tokens.contains(append.token()))) {
                throw violation(where + " finds " + value + ", in which " + append + " is not at place " + place
                        + "; it begins with " + base);
            }
        }
    }

    /** SETs that few had are there by now, too; their stamps decide. A node that is gone may have been the only one. */
    private void checkNotLost(@Nullable String value) {
        ValueCall base = value == null ? null : byToken.get(value.split(",", -1)[0]);
        for (ValueCall set : sets) {
            boolean isBehind = base == null || !base.command().equals("SET") || isSurelyStampedBefore(base, set);
            if (isReadExact(true) && set.isAcknowledged() && !set.isGone && isBehind) {
                throw violation("at the end is " + value + ", and not " + set + " or one after it");
            }
        }
    }

    /** Where a majority did not have the first its stamp decides. */
    private boolean isSurelyBefore(ValueCall set, ValueCall other) {
        return set.isFirm ? set.isBefore(other) : isSurelyStampedBefore(set, other);
    }

    /** By the clocks of the nodes that they were sent to. */
    private boolean isSurelyStampedBefore(ValueCall set, ValueCall other) {
        return isByClock() && set.endedNanos < other.begunNanos - SURELY_LATER_NANOS;
    }

    private void checkTokens(List<String> tokens, String where) {
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < tokens.size(); i++) {
            ValueCall call = byToken.get(tokens.get(i));
            if (call == null || call.end == ValueCall.End.NOTHING) {
                throw violation(where + " finds " + tokens.get(i) + ", which was never applied: " + tokens);
            }
            if (!seen.add(tokens.get(i))) {
                throw violation(where + " finds " + call + " twice: " + tokens);
            }
            if (i > 0 && call.command().equals("SET")) {
                throw violation(where + " finds " + call + " behind others: " + tokens);
            }
        }
    }
}
