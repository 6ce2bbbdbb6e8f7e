package io.kindred.command;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a command is called, takes and touches: the source of arity checks, of {@code COMMAND} and of key extraction.
 *
 * @param name lower case; of a subcommand the full name, as {@code config|get}
 * @param arity the number of arguments with the name(s); -n: at least n
 * @param keys where the keys are among the arguments; null: there are none
 * @param categories ACL categories that do not follow from flags and group
 */
public record CommandSpec(
        String name,
        int arity,
        Set<Flag> flags,
        @Nullable KeyPositions keys,
        Docs docs,
        List<String> categories,
        List<String> tips,
        List<CommandSpec> subcommands) {

    /** In the order in which COMMAND INFO lists them. */
    public enum Flag {
        WRITE,
        READONLY,
        DENYOOM,
        ADMIN,
        PUBSUB,
        NOSCRIPT,
        BLOCKING,
        LOADING,
        /** As LOADING, but not before the log is replayed: it looks at the cluster. Redis has no such commands. */
        JOINING,
        STALE,
        FAST,
        NO_AUTH,
        /** It tells others something, so CLIENT PAUSE WRITE holds it. Redis holds them, too, and lists no such flag. */
        MAY_REPLICATE,
        NO_ASYNC_LOADING,
        NO_MULTI,
        NO_MANDATORY_KEYS,
        MOVABLEKEYS,
        SKIP_MONITOR,
        SKIP_SLOWLOG,
        ALLOW_BUSY,
        /** It runs for a client that has subscribed in RESP2, too. Redis knows these by their names, and lists no such flag. */
        SUBSCRIBED;

        boolean isListed() {
            return this != SUBSCRIBED && this != MAY_REPLICATE;
        }

        public String text() {
            return this == JOINING ? LOADING.text() : name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * Keys are the arguments {@code first}, {@code first + step}, ... up to {@code last} (-1: the last one; {@link #BY_NUMBER}: as
     * many as the argument before the first says).
     *
     * @param access Redis's key-spec flags, as {@code RO}, {@code access}
     */
    public record KeyPositions(int first, int last, int step, List<String> access) {
        static final int BY_NUMBER = Integer.MAX_VALUE;

        /** Whether they are keys: channels may stand where keys do. */
        boolean areKeys() {
            return !access.contains("not_key");
        }

        boolean areByNumber() {
            return last == BY_NUMBER;
        }

        /** How many keys there are; none where their number makes no sense. */
        int count(byte[][] args) {
            if (areByNumber()) {
                byte[] number = args.length < first ? new byte[0] : args[first - 1];
                long count = Numbers.isLong(number) ? Numbers.toLong(number) : 0;
                return count < 0 || count > args.length - first ? 0 : (int) count;
            }
            int end = last < 0 ? args.length + last : Math.min(last, args.length - 1);
            return end < first ? 0 : (end - first) / step + 1;
        }

        /** The argument that is the key of this number, from 0. */
        int at(int index) {
            return first + index * step;
        }
    }

    /** Requires: a command on keys. */
    KeyPositions keyPositions() {
        KeyPositions positions = keys;
        if (positions == null) {
            throw new IllegalStateException(name + " does not say where its keys are");
        }
        return positions;
    }

    public record Docs(String summary, String since, String group, String complexity) {}

    public boolean fits(int argumentsCount) {
        return arity >= 0 ? argumentsCount == arity : argumentsCount >= -arity;
    }

    /** Whether one of the keys among these arguments is longer than {@code bytesMax}. */
    boolean hasKeyLongerThan(int bytesMax, byte[][] args) {
        if (keys == null || !keys.areKeys()) {
            return false;
        }
        for (int i = keys.count(args) - 1; i >= 0; i--) {
            if (args[keys.at(i)].length > bytesMax) {
                return true;
            }
        }
        return false;
    }

    public boolean has(Flag flag) {
        return flags.contains(flag);
    }

    /** The word that a client types: {@code get} of {@code config|get}. */
    public String word() {
        return name.substring(name.indexOf('|') + 1);
    }

    public static Builder named(String name, int arity) {
        return new Builder(name, arity);
    }

    public static final class Builder {
        private final String name;
        private final int arity;
        private final EnumSet<Flag> flags = EnumSet.noneOf(Flag.class);
        private @Nullable KeyPositions keys;
        private Docs docs = new Docs("", "1.0.0", "generic", "O(1)");
        private List<String> categories = List.of();
        private List<String> tips = List.of();
        private final List<CommandSpec> subcommands = new ArrayList<>();

        private Builder(String name, int arity) {
            this.name = name;
            this.arity = arity;
        }

        public Builder flags(Flag... some) {
            Collections.addAll(flags, some);
            return this;
        }

        /** One key, the first argument. */
        public Builder key(String... access) {
            return keys(1, 1, access);
        }

        /** Keys from the first argument on. */
        public Builder keys(int last, int step, String... access) {
            keys = new KeyPositions(1, last, step, List.of(access));
            return this;
        }

        /** As many keys as an argument says, behind that. */
        public Builder keysBehindNumber(int position, String... access) {
            keys = new KeyPositions(position + 1, KeyPositions.BY_NUMBER, 1, List.of(access));
            return this;
        }

        /** A key elsewhere, as in {@code OBJECT ENCODING key}. */
        public Builder keyAt(int position, String... access) {
            keys = new KeyPositions(position, position, 1, List.of(access));
            return this;
        }

        public Builder docs(String group, String since, String complexity, String summary) {
            docs = new Docs(summary, since, group, complexity);
            return this;
        }

        public Builder categories(String... names) {
            categories = List.of(names);
            return this;
        }

        public Builder tips(String... texts) {
            tips = List.of(texts);
            return this;
        }

        public Builder subcommand(CommandSpec spec) {
            subcommands.add(spec);
            return this;
        }

        public CommandSpec build() {
            return new CommandSpec(
                    name,
                    arity,
                    Collections.unmodifiableSet(flags),
                    keys,
                    docs,
                    categories,
                    tips,
                    List.copyOf(subcommands));
        }
    }
}
