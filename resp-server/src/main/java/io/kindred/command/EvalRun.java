package io.kindred.command;

import io.kindred.cluster.message.Operation;
import io.kindred.cluster.message.Operation.KeyName;
import io.kindred.cluster.message.Outcome;
import io.kindred.cluster.message.QuorumSpec;
import io.kindred.cluster.message.Reply;
import io.kindred.cluster.message.SizeLimits;
import io.kindred.cluster.quorum.GroupFunction;
import io.kindred.cluster.quorum.ReplySize;
import io.kindred.cluster.quorum.UpdateFunction;
import io.kindred.script.EvalArguments;
import io.kindred.script.Script;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A script on its way, at the node that was asked: it is one group update of its keys. One that names no key is begun here,
 * with nothing read, to see which key it touches first: where that is none, it is done.
 *
 * <p>Owned by: the session's loop thread.
 */
final class EvalRun extends Turn {
    private static final Reply OTHER_TAG =
            Reply.error("CROSSSLOT the keys of a script have one {tag}: these are in different partitions");

    private static final Reply TOO_LONG = Reply.error("OOM a script has no more than " + SizeLimits.GROUP_KEYS_MAX
            + " keys, and it, its arguments, or its reply no more than " + SizeLimits.READ_BYTES_MAX
            + " bytes; nothing was applied");

    private ScriptPart part;
    private byte[][] args;
    /** The SHA1 of a script whose text is not known yet. */
    private final @Nullable String unknown;

    private final Session session;
    private final ServerView server;
    private final QuorumSpec quorum;
    private final ReplySink sink;

    EvalRun(ScriptPart part, Session session, ServerView server, ReplySink sink) {
        this(part, null, session, server, sink);
    }

    /** One of which this node knows the name only: others are asked for it when its turn has come. */
    EvalRun(ScriptPart part, @Nullable String unknown, Session session, ServerView server, ReplySink sink) {
        this.part = part;
        this.unknown = unknown;
        this.args = part.args();
        this.session = session;
        this.server = server;
        this.quorum = session.quorum();
        this.sink = sink;
    }

    void start() {
        byte[][] keys = part.keys();
        if (isTooLong()) {
            sink.complete(TOO_LONG);
            return;
        }
        int group = keys.length == 0 ? 0 : server.keys().groupOf(keys[0]);
        for (byte[] key : keys) {
            if (key.length > server.settings().keyBytesMax()) {
                sink.complete(Errors.KEY_TOO_LONG);
                return;
            }
            if (server.keys().groupOf(key) != group) {
                sink.complete(OTHER_TAG);
                return;
            }
        }
        session.order().take(this);
    }

    @Override
    void begin() {
        if (unknown == null) {
            run();
        } else {
            findThenRun(unknown);
        }
    }

    private void findThenRun(String sha1) {
        ScriptSearch search = server.commands().scriptSearch();
        search.find(List.of(sha1), server, () -> {
            Script script = search.scripts().find(sha1);
            if (script == null) {
                done(new GroupDone(EvalArguments.NO_SCRIPT, List.of()));
                return;
            }
            part = part.withText(script.text());
            args = part.args();
            if (isTooLong()) {
                done(new GroupDone(TOO_LONG, List.of()));
            } else {
                run();
            }
        });
    }

    private boolean isTooLong() {
        // A request has each key beside the arguments, too.
        long bytes = TransactionRoom.sizeBytes(args) + TransactionRoom.sizeBytes(part.keys());
        return part.keys().length > SizeLimits.GROUP_KEYS_MAX || bytes > SizeLimits.READ_BYTES_MAX;
    }

    private void run() {
        List<KeyName> keys = new ArrayList<>();
        for (byte[] key : part.keys()) {
            keys.add(new KeyName(part.db(), key));
        }
        if (keys.isEmpty()) {
            GroupFunction.Result first = runHere();
            keys.addAll(first.more());
            if (keys.isEmpty()) {
                boolean fits = ReplySize.bytes(first.reply()) <= SizeLimits.READ_BYTES_MAX;
                done(fits ? GroupDone.of(first.reply()) : new GroupDone(TOO_LONG, List.of()));
                return;
            }
        }
        // It may wait for updates that are in flight, on a node that is alone too: those behind it wait for its answer.
        server.keys().execute(new Operation.GroupUpdate(keys, args), quorum, this::ended);
    }

    private GroupFunction.Result runHere() {
        GroupFunction function = server.commands().findGroup(ScriptFunction.NAME.getBytes(StandardCharsets.ISO_8859_1));
        if (function == null) {
            throw new IllegalStateException("a node that runs no scripts");
        }
        return function.apply(args, NOTHING_READ, server.clock().millis());
    }

    private static final GroupFunction.Values NOTHING_READ = new GroupFunction.Values() {
        @Override
        public boolean isRead(int db, byte[] key) {
            return false;
        }

        @Override
        public UpdateFunction.@Nullable Current get(int db, byte[] key) {
            throw new IllegalStateException("a key that was not read");
        }

        @Override
        public long state(int db, byte[] key) {
            throw new IllegalStateException("a key that was not read");
        }
    };

    private void ended(Outcome outcome) {
        Reply failure = Failures.reply(outcome);
        if (failure != null) {
            sink.complete(failure);
            session.order().over(this);
        } else {
            done(GroupDone.of(Outcomes.updated(outcome)));
        }
    }

    /** Its changes are where they have to be: now others are told what it has published. */
    private void done(GroupDone done) {
        done.publish(session, server);
        sink.complete(done.reply());
        session.order().over(this);
    }

    @Override
    KeyPort port() {
        return server.keys();
    }

    @Override
    int db() {
        return part.db();
    }

    @Override
    int keys() {
        return part.keys().length;
    }

    @Override
    byte[] key(int index) {
        return part.keys()[index];
    }

    @Override
    boolean writes() {
        return true;
    }

    @Override
    boolean updates() {
        return true;
    }

    @Override
    boolean readsFirst() {
        return true;
    }

    @Override
    boolean isGlobal() {
        return quorum.global();
    }
}
