package io.kindred.command;

import io.kindred.cluster.message.Reply;

/**
 * Runs commands: finds each in the table, has it pass the {@link Gate gates}, starts it. A reply comes at once or later, on the
 * same thread, exactly once; only SHUTDOWN gives none. A command that has to wait, for those before it or for the storage,
 * is not started: the session knows, and it is run again.
 *
 * <p>Owned by: one loop thread.
 */
public final class CommandDispatcher {
    private final CommandTable table;
    private final ServerView server;
    private final Gate[] gates;
    private final TransactionQueue queue;
    private final Monitors monitors;
    private long commandsProcessed;

    public CommandDispatcher(ServerView server) {
        this.table = server.commands();
        this.server = server;
        this.monitors = table.monitors();
        this.queue = new TransactionQueue(table.transactions());
        this.gates = Gate.of(server).toArray(Gate[]::new);
    }

    /** How many commands were started; a refused one is not counted. */
    public long commandsProcessed() {
        return commandsProcessed;
    }

    /**
     * Says which commands are run next: the first {@code count}. Mostly the argument behind a command's name is a key; where it is
     * none, it has been looked up for nothing.
     */
    public void foresee(Session session, byte[][][] commands, int count) {
        if (server.settings().loading()) {
            return;
        }
        int longest = server.settings().keyBytesMax();
        byte[][] keys = new byte[count][];
        int found = 0;
        for (int i = 0; i < count; i++) {
            if (commands[i].length > 1 && commands[i][1].length <= longest) {
                keys[found++] = commands[i][1];
            }
        }
        server.keys().foresee(session.db(), keys, found);
    }

    /** Requires: at least one argument. */
    public void run(Session session, byte[][] args, ReplySink sink) {
        CommandTable.Command command = table.lookup(args);
        if (command == null) {
            session.transaction().refuse();
            sink.complete(table.unknown(args));
            return;
        }
        CommandSpec spec = command.spec();
        Action action = command.action();
        if (!spec.fits(args.length) || action == null) {
            refuse(command, session, CommandTable.wrongArity(spec), sink);
            return;
        }
        session.lastCommand().is(spec);
        for (Gate gate : gates) {
            Reply refusal = gate.refusal(spec, session, args);
            if (refusal != null) {
                refuse(command, session, refusal, sink);
                return;
            }
        }
        Admission admission = session.admission();
        boolean isWrite = spec.has(CommandSpec.Flag.WRITE) || action.writes(session);
        if (!admission.mayPass(isWrite || spec.has(CommandSpec.Flag.MAY_REPLICATE))) {
            return;
        }
        if (isWrite) {
            session.lastWrite().is(session.db(), spec, args);
        }
        if (queue.takes(spec, session)) {
            sink.complete(queue.queue(command, session, args));
            return;
        }
        if (action.isAlone(args) && !admission.runAlone()) {
            return;
        }
        if (isWrite && !admission.mayWrite()) {
            return;
        }
        if (spec.has(CommandSpec.Flag.READONLY) && !admission.mayRead()) {
            return;
        }
        commandsProcessed++;
        admission.started(command.calls());
        Tracking tracking = session.trackedBy();
        ReplySink answered = tracking == null ? sink : tracking.begin(spec, session, args, sink);
        if (monitors.isAny()) {
            monitors.run(command, session, args, server, answered);
        } else {
            CommandStart.start(command, session, args, server, answered);
        }
        if (tracking != null) {
            session.readsBy(null);
        }
    }

    /** It is not started, and counted as such; a transaction that it was to be part of runs nothing. */
    private static void refuse(CommandTable.Command command, Session session, Reply why, ReplySink sink) {
        session.transaction().refuse();
        command.calls().reject();
        sink.complete(why);
    }
}
