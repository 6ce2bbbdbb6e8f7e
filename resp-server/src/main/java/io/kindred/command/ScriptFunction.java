package io.kindred.command;

import io.kindred.cluster.message.Reply;
import io.kindred.cluster.quorum.GroupFunction;
import io.kindred.script.Script;
import io.kindred.script.ScriptCache;
import io.kindred.script.ScriptCalls;
import io.kindred.script.ScriptErrors;
import io.kindred.script.ScriptFlags;
import io.kindred.script.ScriptLimits;
import io.kindred.script.ScriptRefused;
import java.util.List;

/**
 * A script as a function of the keys that it touches. One that touches a key which was not read is begun anew once it is,
 * before anything was written.
 */
record ScriptFunction(CommandTable commands, ScriptCache scripts, Settings settings) implements GroupFunction {
    static final String NAME = "eval";
    private static final System.Logger LOG = System.getLogger(ScriptFunction.class.getName());
    private static final Reply MALFORMED = Reply.error("ERR a malformed script came from another node");

    @Override
    public Result apply(byte[][] args, Values values, long nowMillis) {
        ScriptPart part = ScriptPart.of(args);
        if (part == null) {
            return Result.of(new GroupDone(MALFORMED, List.of()).asReply(), List.of());
        }
        GroupView view = new GroupView(commands, values, nowMillis);
        view.tells(KeyEvents.isTelling(args[0]));
        try {
            Reply reply = run(part, view.at(part.db()));
            return Result.of(new GroupDone(reply, view.publications()).asReply(), view.edits());
        } catch (GroupView.NotRead missing) {
            return Result.more(List.of(missing.key()));
        }
    }

    /** Runs it on the values that there are. */
    Reply run(ScriptPart part, KeyValues keys) {
        Script script;
        try {
            script = scripts.evaluate(part.text());
        } catch (ScriptRefused wrong) {
            return wrong.reply();
        }
        boolean isReadOnly = part.isReadOnly() || script.flags().has(ScriptFlags.Flag.NO_WRITES);
        Calls calls = new Calls(commands, keys, settings, isReadOnly);
        try {
            return script.run(part.keys(), part.arguments(), calls, limits(keys.instructions()));
        } catch (GroupView.NotRead missing) {
            throw missing;
        } catch (RuntimeException broken) {
            // A fault of the interpreter, or of a command: what it has left is this run's alone, and is taken back.
            LOG.log(System.Logger.Level.ERROR, "script " + script.sha1(), broken);
            calls.stopped();
            return Reply.error("ERR script ended in an internal error script: " + script.sha1());
        }
    }

    private ScriptLimits limits(long used) {
        return new ScriptLimits(
                Math.max(0, settings.scriptInstructionsMax() - used), settings.scriptMemoryBytesMax(), () -> false);
    }

    /** What one run asks. */
    private static final class Calls implements ScriptCalls {
        private static final int MICROS = 1_000;
        private static final Reply TOO_MANY_PUBLICATIONS =
                Reply.error("OOM a script publishes no more than " + GroupView.PUBLICATION_BYTES_MAX + " bytes");

        private final CommandTable commands;
        private KeyValues keys;
        private final Settings settings;
        private final boolean isReadOnly;
        private final Runnable undo;

        Calls(CommandTable commands, KeyValues keys, Settings settings, boolean isReadOnly) {
            this.commands = commands;
            this.keys = keys;
            this.settings = settings;
            this.isReadOnly = isReadOnly;
            this.undo = keys.mark();
        }

        @Override
        public long writtenBytes() {
            return keys.writtenBytes();
        }

        @Override
        public void ended(long instructions) {
            keys.useInstructions(instructions);
        }

        @Override
        public void stopped() {
            undo.run();
        }

        @Override
        public Reply call(byte[][] args) {
            CommandTable.Command command = commands.lookup(args);
            if (command == null) {
                return ScriptErrors.UNKNOWN_COMMAND;
            }
            CommandSpec spec = command.spec();
            if (!spec.fits(args.length) || command.action() == null) {
                return ScriptErrors.WRONG_ARITY;
            }
            if (spec.has(CommandSpec.Flag.NOSCRIPT)) {
                return ScriptErrors.NOT_ALLOWED;
            }
            if (isReadOnly && spec.has(CommandSpec.Flag.WRITE)) {
                return ScriptErrors.READ_ONLY;
            }
            if (spec.hasKeyLongerThan(settings.keyBytesMax(), args)) {
                return Errors.KEY_TOO_LONG;
            }
            KeysFunction function = command.together();
            keys.begins(spec.name());
            return function != null ? function.run(args, keys) : ofNode(spec.name(), args);
        }

        /** What scripts may ask beside keys. The time stands still, and who is told of a publication is not known yet. */
        private Reply ofNode(String name, byte[][] args) {
            return switch (name) {
                case "time" -> {
                    long millis = keys.nowMillis();
                    yield Reply.array(List.of(
                            Reply.bulk(Long.toString(millis / MICROS)),
                            Reply.bulk(Long.toString(millis % MICROS * MICROS))));
                }
                case "select" -> select(args[1]);
                case "publish", "spublish" -> {
                    yield keys.publish(args.clone()) ? Reply.ZERO : TOO_MANY_PUBLICATIONS;
                }
                case "ping" -> args.length == 1 ? new Reply.Simple("PONG") : Reply.bulk(args[1]);
                case "echo" -> Reply.bulk(args[1]);
                default -> ScriptErrors.NOT_ALLOWED;
            };
        }

        private Reply select(byte[] number) {
            boolean isDatabase = Numbers.isLong(number)
                    && Numbers.toLong(number) >= 0
                    && Numbers.toLong(number) < settings.databases();
            if (!isDatabase) {
                return Reply.error("ERR DB index is out of range");
            }
            keys = keys.at((int) Numbers.toLong(number));
            return Reply.OK;
        }
    }
}
