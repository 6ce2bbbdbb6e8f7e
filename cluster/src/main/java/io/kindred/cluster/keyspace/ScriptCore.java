package io.kindred.cluster.keyspace;

import io.kindred.cluster.message.Message;
import io.kindred.cluster.message.ScriptMessage;
import io.kindred.cluster.quorum.Request;
import io.kindred.cluster.quorum.ScriptTexts;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Scripts that this node does not know, asked of all that live, or forgotten by all that live. A script is known in memory
 * alone, to those nodes that were given its text; so whoever is asked to run one by its name asks the others for it, once, and
 * what nobody tells within a request's time is unknown. A node that cannot be reached is not waited for.
 */
public final class ScriptCore extends Request {
    /** So many are asked for at once; what more there is counts as unknown. */
    public static final int NAMES_MAX = 1_000;
    /** A longer text is not told to other nodes, nor more than this of all that are asked for at once. */
    public static final int TEXT_BYTES_MAX = 4 << 20;

    private static final byte[] UNKNOWN = {};

    private final Question node;
    private final List<byte[]> texts = new ArrayList<>();
    private final Consumer<Ended> done;
    private final List<Long> awaited = new ArrayList<>();
    private int missing;

    /**
     * How it ended.
     *
     * @param texts in the order asked for, empty where nobody told of any; not checked
     * @param isAnswered by all that were asked and are still there
     */
    public record Ended(List<byte[]> texts, boolean isAnswered) {}

    private ScriptCore(Question node, int missing, Consumer<Ended> done) {
        this.node = node;
        this.missing = missing;
        this.done = done;
        for (int i = 0; i < missing; i++) {
            texts.add(UNKNOWN);
        }
    }

    /** @param names at most {@link #NAMES_MAX}, none twice */
    public static void find(Question node, List<String> names, Consumer<Ended> done) {
        ScriptCore core = new ScriptCore(node, names.size(), done);
        node.requests().open(core, node.clocks().nanos());
        core.askOthers(new ScriptMessage.ScriptRequest(core.id, names));
    }

    /** Has the others forget all; this node has by then. */
    public static void forgetAll(Question node, Consumer<Ended> done) {
        ScriptCore core = new ScriptCore(node, 0, done);
        node.requests().open(core, node.clocks().nanos());
        core.askOthers(new ScriptMessage.ScriptFlush(core.id));
    }

    /** What this node answers. */
    public static ScriptMessage.ScriptReply reply(ScriptMessage.ScriptRequest request, ScriptTexts scripts) {
        List<byte[]> texts = new ArrayList<>();
        int room = TEXT_BYTES_MAX;
        for (int i = 0; i < Math.min(NAMES_MAX, request.names().size()); i++) {
            byte[] text = scripts.text(request.names().get(i));
            boolean fits = text.length <= room;
            texts.add(fits ? text : UNKNOWN);
            room -= fits ? text.length : 0;
        }
        return new ScriptMessage.ScriptReply(request.requestId(), texts);
    }

    private void askOthers(Message message) {
        for (long live : node.partitions().liveNodes()) {
            if (live != node.partitions().self()) {
                awaited.add(live);
                node.outbox().send(live, message);
            }
        }
        endIfAllAnswered();
    }

    @Override
    public void onScriptReply(long from, ScriptMessage.ScriptReply reply) {
        if (!awaited.remove((Long) from)) {
            return;
        }
        for (int i = 0; i < Math.min(texts.size(), reply.texts().size()); i++) {
            if (texts.get(i).length == 0 && reply.texts().get(i).length > 0) {
                texts.set(i, reply.texts().get(i));
                missing--;
            }
        }
        if (missing == 0 && !texts.isEmpty()) {
            awaited.clear();
        }
        endIfAllAnswered();
    }

    @Override
    protected void onPeerLost(long peer) {
        if (awaited.remove((Long) peer)) {
            endIfAllAnswered();
        }
    }

    private void endIfAllAnswered() {
        if (awaited.isEmpty()) {
            node.requests().close(this);
            done.accept(new Ended(texts, true));
        }
    }

    @Override
    protected void onDeadline() {
        done.accept(new Ended(texts, false));
    }
}
