package io.kindred.command;

import io.kindred.cluster.message.Operation;
import io.kindred.cluster.message.Operation.KeyName;
import io.kindred.cluster.message.Outcome;
import io.kindred.cluster.message.Reply;
import io.kindred.cluster.message.SizeLimits;
import io.kindred.command.TransactionPart.Queued;
import io.kindred.command.TransactionPart.Watched;
import io.kindred.script.EvalArguments;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An EXEC while it runs. Commands on keys of one {tag} are one group update: all or none of them take effect, and nobody's
 * writes come between. Where the keys are in several partitions there is one for each, one after the other; what is
 * watched elsewhere is looked at before the first of them. Commands on other things than keys run in their place.
 *
 * <p>Owned by: the session's loop thread.
 */
final class ExecRun {
    private static final Reply WATCHED =
            Reply.error("ERR a watched key was changed while keys of another {tag} were written");

    private static final Reply TOO_LONG =
            Reply.error("OOM what a transaction sends to another node is too long, with the texts of its scripts");

    private final Session session;
    private final ServerView server;
    private final ReplySink sink;
    private final Transaction.Taken taken;
    private final List<Transaction.Queued> commands;
    private final @Nullable Reply[] replies;
    private final List<Step> steps = new ArrayList<>();
    private final int dbBefore;
    private int next;
    private boolean isApplied;
    private boolean isOver;
    private boolean isWaiting;
    private boolean isGoingOn;

    /** What is done in one go; it calls {@link #done} when it is. */
    private interface Step {
        void run();
    }

    ExecRun(Session session, ServerView server, ReplySink sink) {
        this.session = session;
        this.server = server;
        this.sink = sink;
        this.dbBefore = session.db();
        this.taken = session.transaction().close();
        this.commands = taken.commands();
        this.replies = new @Nullable Reply[commands.size()];
    }

    /** What it is to run by name has to be known before it is planned. */
    void start() {
        List<String> names = new ArrayList<>();
        for (Transaction.Queued queued : commands) {
            if (queued.command().together() instanceof EvalCommand eval && eval.bySha1()) {
                names.add(Ascii.lower(queued.args()[1]));
            }
        }
        // A client that goes meanwhile takes back what it watches, and not what it has sent.
        List<Watched> watched = session.transaction().unwatch();
        server.commands().scriptSearch().find(names, server, () -> {
            plan(watched);
            goOn();
        });
    }

    // --- the plan ---

    /** The commands on keys of one partition, in their order. */
    private static final class Part {
        final List<Watched> watched = new ArrayList<>();
        final List<Queued> queued = new ArrayList<>();
        final List<Integer> places = new ArrayList<>();
        final List<KeyName> keys = new ArrayList<>();

        void watch(Watched key) {
            watched.add(key);
            keys.add(new KeyName(key.db(), key.key()));
        }
    }

    private void plan(List<Watched> watched) {
        Map<Integer, Part> parts = new LinkedHashMap<>();
        for (Watched each : watched) {
            parts.computeIfAbsent(server.keys().groupOf(each.key()), group -> new Part())
                    .watch(each);
        }
        // Others are told when what they are told of is there, and the groups are not cut in two.
        List<Step> publishing = new ArrayList<>();
        int db = session.db();
        for (int i = 0; i < commands.size(); i++) {
            Transaction.Queued command = commands.get(i);
            Integer group = groupOf(command);
            if (group != null) {
                add(parts.computeIfAbsent(group, each -> new Part()), i, db);
            } else if (command.command().action() instanceof Action.OfSession ofSession) {
                replies[i] = ofSession.run(session, command.args(), server);
                db = session.db();
            } else if (command.command().spec().has(CommandSpec.Flag.PUBSUB)) {
                int place = i;
                int its = db;
                publishing.add(() -> runAlone(place, its));
            } else {
                // One that writes may itself change what is watched.
                addParts(parts, isWrite(command.command()) && countKeys(command) == 0);
                if (isWrite(command.command())) {
                    forgetWatched(parts, command);
                }
                int place = i;
                int its = db;
                steps.add(() -> runAlone(place, its));
            }
        }
        addParts(parts, true);
        steps.addAll(publishing);
    }

    private static int countKeys(Transaction.Queued queued) {
        CommandSpec.KeyPositions keys = queued.command().spec().keys();
        return keys == null ? 0 : keys.count(queued.args());
    }

    private void forgetWatched(Map<Integer, Part> parts, Transaction.Queued writer) {
        CommandSpec.KeyPositions keys = writer.command().spec().keys();
        for (int i = countKeys(writer) - 1; keys != null && i >= 0; i--) {
            parts.remove(server.keys().groupOf(writer.args()[keys.at(i)]));
        }
    }

    private boolean isWrite(CommandTable.Command command) {
        Action action = command.action();
        return command.spec().has(CommandSpec.Flag.WRITE) || (action != null && action.writes(session));
    }

    /** The one group of all of a command's keys; null: it has none, or there are several, or it works on more than its keys. */
    private @Nullable Integer groupOf(Transaction.Queued queued) {
        CommandSpec spec = queued.command().spec();
        if (queued.command().together() == null || spec.keys() == null) {
            return null;
        }
        CommandSpec.KeyPositions positions = spec.keyPositions();
        byte[][] args = queued.args();
        int count = positions.count(args);
        if (count == 0) {
            return null;
        }
        int group = server.keys().groupOf(args[positions.at(0)]);
        for (int i = 1; i < count; i++) {
            if (server.keys().groupOf(args[positions.at(i)]) != group) {
                return null;
            }
        }
        return group;
    }

    private void add(Part part, int place, int db) {
        byte[][] args = commands.get(place).args();
        KeysFunction function = commands.get(place).command().together();
        byte[][] sent = function == null ? null : function.asSent(args);
        if (sent == null) {
            replies[place] = EvalArguments.NO_SCRIPT;
            return;
        }
        CommandSpec.KeyPositions positions =
                commands.get(place).command().spec().keyPositions();
        for (int i = 0; i < positions.count(args); i++) {
            part.keys.add(new KeyName(db, args[positions.at(i)]));
        }
        part.queued.add(new Queued(db, sent));
        part.places.add(place);
    }

    /** Where one part has all that is watched it looks at that itself, as it writes. */
    private void addParts(Map<Integer, Part> parts, boolean isOver) {
        for (Part part : parts.values()) {
            if (!part.watched.isEmpty() && (parts.size() > 1 || part.queued.isEmpty())) {
                Part look = new Part();
                part.watched.forEach(look::watch);
                steps.add(() -> execute(look));
            }
        }
        for (Part part : parts.values()) {
            if (!part.queued.isEmpty()) {
                steps.add(() -> execute(part));
            }
        }
        // What has only been looked at is looked at again by what is written behind the command between.
        parts.values().removeIf(part -> isOver || !part.queued.isEmpty() || part.watched.isEmpty());
    }

    // --- the run ---

    /** Steps may end from within: this is a loop, which they only wake. */
    private void goOn() {
        if (isGoingOn) {
            return;
        }
        isGoingOn = true;
        while (!isOver && !isWaiting && next < steps.size()) {
            isWaiting = true;
            steps.get(next++).run();
        }
        isGoingOn = false;
        if (!isOver && !isWaiting) {
            end(Reply.array(answered()));
        }
    }

    private void done() {
        isWaiting = false;
        goOn();
    }

    private List<Reply> answered() {
        List<Reply> all = new ArrayList<>(replies.length);
        for (Reply reply : replies) {
            all.add(reply == null ? Reply.NIL : reply);
        }
        return all;
    }

    private void end(Reply reply) {
        isOver = true;
        taken.giveRoom();
        server.commands().transactions().ran(reply == Reply.NIL_ARRAY);
        sink.complete(reply);
    }

    private void execute(Part part) {
        byte[][] args = new TransactionPart(part.watched, part.queued).args();
        if (isTooLong(part, args)) {
            failed(part, TOO_LONG);
            return;
        }
        server.keys()
                .execute(
                        new Operation.GroupUpdate(part.keys, args),
                        session.quorum(),
                        outcome -> executed(part, outcome));
    }

    /** Scripts that are run by name have become their texts. A request has each key beside the arguments, too. */
    private static boolean isTooLong(Part part, byte[][] args) {
        long bytes = TransactionRoom.sizeBytes(args);
        for (KeyName key : part.keys) {
            bytes += TransactionRoom.sizeBytes(key.key());
        }
        return bytes > SizeLimits.READ_BYTES_MAX;
    }

    private void executed(Part part, Outcome outcome) {
        Reply failure = Failures.reply(outcome);
        if (failure != null) {
            failed(part, failure);
            return;
        }
        GroupDone done = GroupDone.of(Outcomes.updated(outcome));
        if (!(done.reply() instanceof Reply.Array array)) {
            failed(part, done.reply());
            return;
        }
        done.publish(session, server);
        isApplied |= !part.queued.isEmpty();
        for (int i = 0; i < part.places.size(); i++) {
            replies[part.places.get(i)] = array.items().get(i);
        }
        done();
    }

    /** @param why an error; or what EXEC answers where a watched key has changed */
    private void failed(Part part, Reply why) {
        if (!isApplied) {
            // Nothing of the whole was done, or nobody knows: one answer says so.
            session.identity().db(dbBefore);
            end(why);
            return;
        }
        Reply told = why instanceof Reply.Error ? why : WATCHED;
        part.places.forEach(place -> replies[place] = told);
        done();
    }

    /** @param db which was chosen where it stands: SELECTs behind it have been run by now */
    private void runAlone(int place, int db) {
        Transaction.Queued queued = commands.get(place);
        isApplied |= !queued.command().spec().has(CommandSpec.Flag.READONLY);
        int chosen = session.db();
        session.identity().db(db);
        CommandStart.start(queued.command(), session, queued.args(), server, reply -> {
            replies[place] = reply;
            done();
        });
        session.identity().db(chosen);
    }
}
