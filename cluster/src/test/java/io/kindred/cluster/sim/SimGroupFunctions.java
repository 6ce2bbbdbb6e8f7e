package io.kindred.cluster.sim;

import io.kindred.cluster.message.Operation.KeyName;
import io.kindred.cluster.message.Reply;
import io.kindred.cluster.quorum.GroupFunction;
import io.kindred.cluster.quorum.GroupFunction.Edit;
import io.kindred.cluster.quorum.GroupFunction.Result;
import io.kindred.cluster.quorum.GroupFunction.Values;
import io.kindred.cluster.quorum.UpdateFunction.Change;
import io.kindred.cluster.quorum.UpdateFunction.Current;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Read-modify-writes of several keys for simulated clients. Keys are accounts, of {@link Account}'s form.
 *
 * <pre>
 *   MOVE from to amount [token]   takes from one and gives to the other; nil, and nothing is written, where there is too little
 *   SUM key ...                   what all of them have, with | between them
 *   FILL bytes key ...            gives each a value of so many bytes
 *   SHOW times key ...            the first one's value, so many times
 *   WALK key ...                  looks at one after the other, and asks for each when it comes to it; how many there are
 * </pre>
 */
final class SimGroupFunctions {
    private SimGroupFunctions() {}

    static @Nullable GroupFunction find(byte[] name) {
        return switch (text(name)) {
            case "MOVE" -> (args, values, nowMillis) -> withAll(args, 3, values, SimGroupFunctions::move);
            case "SUM" -> (args, values, nowMillis) -> withAll(args, args.length, values, SimGroupFunctions::sum);
            case "FILL" -> SimGroupFunctions::fill;
            case "SHOW" -> SimGroupFunctions::show;
            case "WALK" -> SimGroupFunctions::walk;
            default -> null;
        };
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** What a function makes of a command and what its keys have. */
    private interface Body {
        Result apply(byte[][] args, List<Account> accounts);
    }

    /** Asks for what was not named first. */
    private static Result withAll(byte[][] args, int end, Values values, Body body) {
        List<byte[]> keys = Arrays.asList(args).subList(1, end);
        List<KeyName> more = keys.stream()
                .filter(key -> !values.isRead(0, key))
                .map(key -> new KeyName(0, key))
                .toList();
        if (!more.isEmpty()) {
            return Result.more(more);
        }
        Function<byte[], Account> account = key -> Account.of(values.get(0, key));
        return body.apply(args, keys.stream().map(account).toList());
    }

    private static Result fill(byte[][] args, Values values, long nowMillis) {
        List<Edit> edits = new ArrayList<>();
        for (int i = 2; i < args.length; i++) {
            edits.add(new Edit(0, args[i], new Change(new byte[Integer.parseInt(text(args[1]))], -1)));
        }
        return Result.of(Reply.OK, edits);
    }

    private static Result show(byte[][] args, Values values, long nowMillis) {
        Current current = values.get(0, args[2]);
        Reply value = current == null ? Reply.NIL : Reply.bulk(current.value());
        return Result.of(Reply.array(Collections.nCopies(Integer.parseInt(text(args[1])), value)), List.of());
    }

    private static Result walk(byte[][] args, Values values, long nowMillis) {
        for (int i = 1; i < args.length; i++) {
            if (!values.isRead(0, args[i])) {
                return Result.more(List.of(new KeyName(0, args[i])));
            }
        }
        return Result.of(Reply.integer(args.length - 1L), List.of());
    }

    private static Result move(byte[][] args, List<Account> accounts) {
        long amount = Long.parseLong(text(args[3]));
        String token = args.length > 4 ? text(args[4]) : "";
        Account from = accounts.get(0);
        if (from.balance() < amount) {
            return Result.of(Reply.NIL, List.of());
        }
        List<Edit> edits = new ArrayList<>();
        edits.add(edit(args[1], from.with(-amount, token)));
        edits.add(edit(args[2], accounts.get(1).with(amount, token)));
        return Result.of(Reply.OK, edits);
    }

    private static Edit edit(byte[] key, Account account) {
        return new Edit(0, key, new Change(account.bytes(), -1));
    }

    private static Result sum(byte[][] args, List<Account> accounts) {
        String all = accounts.stream().map(Account::text).collect(Collectors.joining("|"));
        return Result.of(Reply.bulk(all), List.of());
    }

    /**
     * What an account has: {@code 97;u1.1;u3.2}, a balance and what has changed it, oldest first.
     *
     * @param tokens of those changes that have one
     */
    record Account(long balance, List<String> tokens) {
        static Account of(@Nullable Current current) {
            return current == null ? new Account(0, List.of()) : of(SimGroupFunctions.text(current.value()));
        }

        static Account of(String text) {
            List<String> parts = List.of(text.split(";"));
            return new Account(Long.parseLong(parts.get(0)), parts.subList(1, parts.size()));
        }

        Account with(long amount, String token) {
            List<String> all = new ArrayList<>(tokens);
            if (!token.isEmpty()) {
                all.add(token);
            }
            return new Account(balance + amount, all);
        }

        String text() {
            return balance + tokens.stream().map(token -> ";" + token).collect(Collectors.joining());
        }

        byte[] bytes() {
            return text().getBytes(StandardCharsets.UTF_8);
        }
    }
}
