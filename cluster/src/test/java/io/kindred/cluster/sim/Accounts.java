package io.kindred.cluster.sim;

import io.kindred.cluster.message.Outcome;
import io.kindred.cluster.sim.SimGroupFunctions.Account;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Keys of one tag between which MOVE carries amounts, at once, and which SUM reads at once; DEPOSIT adds to one of them. Every
 * change leaves its token in what it has changed, so that the values tell what took effect where.
 *
 * <ul>
 *   <li>No account has a token twice, or one of another account, or of what was not applied; its balance is what its tokens make.
 *   <li>A MOVE that was acknowledged is in both of its accounts, in each SUM that was sent after that, and at the end.
 *   <li>One that was refused is in neither. One of which nobody knows is in both or in neither: {@link #HALVES}.
 *   <li>Each account of a SUM goes on from what it had in those that were answered before it was sent.
 * </ul>
 */
final class Accounts {
    /**
     * A MOVE that W never had may have been taken in part from the one node that stored it, by a repair or a hint of one of
     * its records, before that node was lost: whatever sends one record of a group does not send the others with it yet
     * (docs/known-limits.md). So such halves are counted, and are a violation only where this is asked for.
     */
    static final boolean HALVES = Boolean.getBoolean("kindred.sim.halves");

    private static final int CALLS_MAX = 150;

    final String tag;
    private final ValueHistory history;
    private final List<AccountKey> keys = new ArrayList<>();
    /** Those that write, by token. */
    private final Map<String, ValueCall> byToken = new HashMap<>();
    /** Those that have written, in the order of their ends. */
    private final List<ValueCall> acknowledged = new ArrayList<>();
    /** What SUMs have told last, by account. */
    private List<Account> told = List.of();

    private final Map<AccountKey, Account> end = new LinkedHashMap<>();
    private final Set<String> halves = new HashSet<>();
    long sums;
    long moves;

    Accounts(ValueHistory history, String tag, int count) {
        this.history = history;
        this.tag = tag;
        for (int i = 0; i < count; i++) {
            AccountKey key = new AccountKey(history, "{" + tag + "}a" + i, this);
            history.add(key);
            keys.add(key);
        }
    }

    List<AccountKey> keys() {
        return keys;
    }

    boolean isExact() {
        return keys.stream().allMatch(ValueKey::isExact);
    }

    boolean isFull() {
        return byToken.size() > CALLS_MAX || (!isExact() && !history.isFlushed());
    }

    int acknowledgedSoFar() {
        return acknowledged.size();
    }

    /** How many were found in one of their accounts only. */
    int halves() {
        return halves.size();
    }

    /** {@code MOVE from to amount token}, or {@code DEPOSIT key amount token}. */
    ValueCall begin(List<String> args) {
        ValueCall call = history.call(tag, args);
        byToken.put(args.get(args.size() - 1), call);
        return call;
    }

    private static String tokenOf(ValueCall call) {
        return call.args.get(call.args.size() - 1);
    }

    private static List<String> namesOf(ValueCall call) {
        return call.args.subList(1, call.command().equals("MOVE") ? 3 : 2);
    }

    private static long amountIn(ValueCall call, String name) {
        long amount = Long.parseLong(call.args.get(call.args.size() - 2));
        return call.command().equals("MOVE") && call.args.get(1).equals(name) ? -amount : amount;
    }

    void end(ValueCall call, Outcome outcome) {
        history.ended(call, outcome);
        if (!call.isAcknowledged()) {
            return;
        }
        boolean hasWritten = call.reply != null;
        if (history.isSloppySince(call) && !(hasWritten && isAtMajority(call))) {
            keys.forEach(key -> key.excuse("an update was sloppy"));
        }
        if (hasWritten) {
            acknowledged.add(call);
            moves += call.command().equals("MOVE") ? 1 : 0;
        } else {
            call.end = ValueCall.End.NOTHING;
        }
    }

    private boolean isAtMajority(ValueCall call) {
        return namesOf(call).stream().allMatch(name -> history.isTokenAtMajority(name, tokenOf(call)));
    }

    // --- what is found ---

    /** A SUM that is sent now. */
    final class Summing {
        private final ValueCall call = history.call(tag, List.of("SUM"));
        private final int before = acknowledged.size();
        private final List<Account> toldBefore = told;

        void end(Outcome outcome) {
            history.ended(call, outcome);
            if (!call.isAcknowledged()) {
                return;
            }
            if (history.isSloppySince(call)) {
                keys.forEach(key -> key.excuse("an update was sloppy"));
            }
            sums++;
            List<Account> found = new ArrayList<>();
            for (String each : String.valueOf(call.reply).split("\\|", -1)) {
                found.add(Account.of(each));
            }
            String where = "a SUM " + call.begun + ".." + call.ended;
            check(found, before, where);
            if (isExact()) {
                for (int i = 0; i < toldBefore.size(); i++) {
                    List<String> tokens = toldBefore.get(i).tokens();
                    if (!isBeginningOf(tokens, found.get(i).tokens())) {
                        throw violation(
                                keys.get(i), where + " finds " + found.get(i).tokens() + " after " + tokens);
                    }
                }
                told = later(told, found);
            }
        }
    }

    private static List<Account> later(List<Account> one, List<Account> other) {
        List<Account> later = new ArrayList<>();
        for (int i = 0; i < other.size(); i++) {
            boolean isLonger = one.isEmpty()
                    || other.get(i).tokens().size() > one.get(i).tokens().size();
            later.add(isLonger ? other.get(i) : one.get(i));
        }
        return later;
    }

    private static boolean isBeginningOf(List<String> tokens, List<String> all) {
        return tokens.size() <= all.size() && all.subList(0, tokens.size()).equals(tokens);
    }

    /** @param before so many that were acknowledged have to be there */
    private void check(List<Account> found, int before, String where) {
        for (int i = 0; i < keys.size(); i++) {
            checkOne(keys.get(i), found.get(i), isExact() ? before : 0, where);
        }
        if (!isExact()) {
            return;
        }
        Map<String, Set<String>> tokens = new HashMap<>();
        for (int i = 0; i < keys.size(); i++) {
            tokens.put(keys.get(i).name, new HashSet<>(found.get(i).tokens()));
        }
        for (Map.Entry<String, ValueCall> each : byToken.entrySet()) {
            List<String> names = namesOf(each.getValue());
            long there = names.stream()
                    .filter(name -> tokens.getOrDefault(name, Set.of()).contains(each.getKey()))
                    .count();
            if (there > 0 && there < names.size()) {
                half(each.getValue(), where, found);
            }
        }
    }

    private void half(ValueCall call, String where, List<Account> found) {
        halves.add(tokenOf(call));
        if (HALVES || call.isAcknowledged()) {
            throw violation(
                    keys.get(0),
                    where + " finds half of " + call + ": "
                            + found.stream().map(Account::text).toList());
        }
    }

    /** What holds for one account alone. */
    void checkOne(AccountKey key, Account found, int before, String where) {
        Set<String> seen = new HashSet<>();
        long balance = 0;
        for (String token : found.tokens()) {
            ValueCall call = byToken.get(token);
            if (call == null
                    || call.end == ValueCall.End.NOTHING
                    || !namesOf(call).contains(key.name)) {
                throw violation(key, where + " finds " + token + " of " + call + ", which was never applied: " + found);
            }
            if (!seen.add(token)) {
                throw violation(key, where + " finds " + call + " twice: " + found);
            }
            balance += amountIn(call, key.name);
        }
        if (balance != found.balance()) {
            throw violation(key, where + " finds a balance that is not " + balance + ": " + found);
        }
        for (ValueCall call : acknowledged.subList(0, before)) {
            if (namesOf(call).contains(key.name) && !seen.contains(tokenOf(call))) {
                throw violation(key, where + " does not find " + call + ": " + found);
            }
        }
    }

    /** The last account's value comes last. */
    void atEnd(AccountKey key, Account value) {
        end.put(key, value);
        if (key == keys.get(keys.size() - 1)) {
            check(List.copyOf(end.values()), acknowledged.size(), "at the end");
        }
    }

    private SimViolation violation(AccountKey key, String what) {
        return key.violation(what);
    }
}
