package io.kindred.command;

import io.kindred.cluster.message.Reply;
import io.kindred.cluster.quorum.GroupFunction;
import io.kindred.cluster.quorum.UpdateFunction;
import io.kindred.cluster.quorum.UpdateFunctions;
import io.kindred.script.ScriptCache;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The commands by name, found from the bytes that a client sent without making an object. Open addressing over a table
 * at most half full, so that a miss ends soon.
 */
public final class CommandTable implements UpdateFunctions {
    /** Redis shows this much of what it did not understand. */
    private static final int ECHO_CHARS_MAX = 128;
    /** Of the heap. */
    private static final int TRANSACTIONS_PART = 16;

    private final List<Command> commands;
    private final @Nullable Command[] slots;
    private final CommandCounters counters;
    private final TransactionRoom transactions;
    private final Map<String, GroupFunction> groups = new HashMap<>();
    private final ScriptCache scripts;
    private final ScriptSearch scriptSearch;
    private final Monitors monitors = new Monitors();
    private final KeyspaceEvents events = new KeyspaceEvents();
    private final Tracking tracking = new Tracking();

    private CommandTable(Builder parts) {
        this.commands = List.copyOf(parts.commands);
        this.scripts = parts.scripts;
        this.scriptSearch = new ScriptSearch(scripts);
        parts.groups.forEach((name, function) -> groups.put(name, function.apply(this)));
        this.counters = new CommandCounters(this::calls);
        this.transactions = new TransactionRoom(Runtime.getRuntime().maxMemory() / TRANSACTIONS_PART);
        int size = Integer.highestOneBit(Math.max(8, commands.size() * 4));
        slots = new Command[size];
        for (Command command : commands) {
            byte[] name = command.spec().word().getBytes(StandardCharsets.ISO_8859_1);
            if (find(slots, name) != null) {
                throw new IllegalArgumentException(
                        "two commands are called " + command.spec().name());
            }
            int slot = Ascii.hashIgnoringCase(name) & (size - 1);
            while (slots[slot] != null) {
                slot = (slot + 1) & (size - 1);
            }
            slots[slot] = command;
        }
    }

    /**
     * A command, perhaps with subcommands.
     *
     * @param function its read-modify-write part, where it has one
     * @param together how transactions and scripts run it; null: they cannot, for it works on other things than keys
     */
    record Command(
            CommandSpec spec,
            byte[] word,
            @Nullable Action action,
            @Nullable UpdateFunction function,
            @Nullable KeysFunction together,
            @Nullable CommandTable subcommands,
            CommandCalls calls) {}

    /** The command or subcommand that these arguments name, or null. */
    @Nullable
    Command lookup(byte[][] args) {
        Command command = find(slots, args[0]);
        if (command == null || command.subcommands == null || args.length == 1) {
            return command;
        }
        return find(command.subcommands.slots, args[1]);
    }

    /** By a full name as {@code get} or {@code config|get}, in any case. */
    @Nullable
    Command named(byte[] fullName) {
        String[] words = new String(fullName, StandardCharsets.ISO_8859_1).split("\\|", 2);
        Command command = find(slots, words[0].getBytes(StandardCharsets.ISO_8859_1));
        if (command == null || words.length == 1) {
            return command;
        }
        return command.subcommands == null
                ? null
                : find(command.subcommands.slots, words[1].getBytes(StandardCharsets.ISO_8859_1));
    }

    @Override
    public @Nullable UpdateFunction find(byte[] name, int arguments) {
        if (KeyEvents.isTelling(name)) {
            byte[] plain = KeyEvents.plainName(name);
            // One mark only: what a peer says must not decide how deep this goes.
            UpdateFunction function = KeyEvents.isTelling(plain) ? null : find(plain, arguments);
            return function == null ? null : new TellingFunction(function, Ascii.lower(plain));
        }
        Command command = find(slots, name);
        return command == null || !command.spec().fits(arguments) ? null : command.function;
    }

    @Override
    public @Nullable GroupFunction findGroup(byte[] name) {
        return groups.get(Ascii.lower(KeyEvents.isTelling(name) ? KeyEvents.plainName(name) : name));
    }

    /** What the commands of this table have done. */
    public CommandCounters counters() {
        return counters;
    }

    /** What the clients' transactions take. */
    public TransactionRoom transactions() {
        return transactions;
    }

    /** Which clients keep copies of which keys. */
    public Tracking tracking() {
        return tracking;
    }

    /** What is told of changes of keys. */
    public KeyspaceEvents events() {
        return events;
    }

    /** The clients that see what is run. */
    Monitors monitors() {
        return monitors;
    }

    ScriptSearch scriptSearch() {
        return scriptSearch;
    }

    @Override
    public ScriptCache scripts() {
        return scripts;
    }

    /** Of each command and subcommand. */
    private List<CommandCalls> calls() {
        List<CommandCalls> all = new ArrayList<>();
        for (Command command : commands) {
            all.add(command.calls());
            if (command.subcommands() != null) {
                all.addAll(command.subcommands().calls());
            }
        }
        return all;
    }

    /** In the order of registration. */
    public List<CommandSpec> specs() {
        return commands.stream().map(Command::spec).toList();
    }

    private static @Nullable Command find(@Nullable Command[] slots, byte[] name) {
        int mask = slots.length - 1;
        int slot = Ascii.hashIgnoringCase(name) & mask;
        for (Command command = slots[slot]; command != null; command = slots[slot]) {
            if (Ascii.equalsIgnoringCase(name, command.word)) {
                return command;
            }
            slot = (slot + 1) & mask;
        }
        return null;
    }

    /** The error for arguments that {@link #lookup} found no command for. */
    Reply unknown(byte[][] args) {
        Command container = find(slots, args[0]);
        if (container != null && args.length > 1) {
            return Reply.error("ERR unknown subcommand '" + Ascii.shown(args[1], ECHO_CHARS_MAX) + "'. Try "
                    + Ascii.upper(args[0]) + " HELP.");
        }
        String missing = MissingCommands.of(args[0]);
        if (missing != null) {
            return Reply.error("ERR " + Ascii.upper(args[0]) + " is not supported: " + missing);
        }
        StringBuilder text = new StringBuilder();
        for (int i = 1; i < args.length && text.length() < ECHO_CHARS_MAX; i++) {
            String shown = Ascii.shown(args[i], ECHO_CHARS_MAX - text.length());
            text.append('\'').append(shown).append("' ");
        }
        return Reply.error("ERR unknown command '" + Ascii.shown(args[0], ECHO_CHARS_MAX)
                + "', with args beginning with: " + text);
    }

    static Reply wrongArity(CommandSpec spec) {
        return Reply.error("ERR wrong number of arguments for '" + spec.name() + "' command");
    }

    /** Gathers the commands; each family adds its own. */
    public static final class Builder {
        private final List<Command> commands = new ArrayList<>();
        private final Map<String, Function<CommandTable, GroupFunction>> groups = new HashMap<>();
        private ScriptCache scripts = new ScriptCache(0, 0);

        public Builder add(CommandSpec.Builder spec, Action action) {
            return add(spec, action, null);
        }

        /** A command whose read-modify-write part other nodes may run. */
        public Builder add(CommandSpec.Builder spec, Action action, @Nullable UpdateFunction function) {
            return command(spec.build(), action, function, null);
        }

        public Builder add(CommandSpec.Builder spec, UpdateAction action) {
            return add(spec, action, action);
        }

        /** A command with subcommands; {@code bare} runs where none is named, null: that is an error. */
        public Builder container(CommandSpec.Builder spec, @Nullable Action bare, Builder subcommands) {
            CommandTable table = subcommands.build();
            table.specs().forEach(spec::subcommand);
            return command(spec.build(), bare, null, table);
        }

        private Builder command(
                CommandSpec spec,
                @Nullable Action action,
                @Nullable UpdateFunction function,
                @Nullable CommandTable subcommands) {
            byte[] word = spec.word().getBytes(StandardCharsets.ISO_8859_1);
            KeysFunction together = action instanceof KeysFunction ofKeys ? ofKeys : null;
            commands.add(
                    new Command(spec, word, action, function, together, subcommands, new CommandCalls(spec.name())));
            return this;
        }

        /** What coordinators run of several keys, by a name of its own. */
        Builder group(String name, Function<CommandTable, GroupFunction> function) {
            groups.put(name, function);
            return this;
        }

        Builder scripts(ScriptCache known) {
            scripts = known;
            return this;
        }

        public CommandTable build() {
            return new CommandTable(this);
        }
    }
}
