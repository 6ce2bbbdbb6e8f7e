package io.kindred.cluster.term;

import io.kindred.cluster.message.Message;
import io.kindred.cluster.message.Message.Verdict;
import io.kindred.cluster.quorum.Request;
import io.kindred.cluster.quorum.Requests;
import io.kindred.cluster.version.Term;
import java.util.Collection;
import java.util.function.Consumer;

/**
 * Takes the newest terms that another node knows of partitions which this one is to hold, behind the exchange that has made
 * them equal. So whatever was acknowledged there under a term was either in the exchange, or comes under a term that this
 * node knows.
 */
final class TermFetch extends Request {
    private final Terms terms;
    private final long peer;
    private final int[] partitions;
    private final Consumer<Boolean> told;

    private TermFetch(Terms terms, long peer, int[] partitions, Consumer<Boolean> told) {
        this.terms = terms;
        this.peer = peer;
        this.partitions = partitions;
        this.told = told;
    }

    /** @param told true: all of them are kept, on the disk */
    static void start(Terms terms, long peer, Collection<Integer> partitions, Consumer<Boolean> told) {
        int[] asked = partitions.stream().mapToInt(Integer::intValue).toArray();
        TermFetch fetch = new TermFetch(terms, peer, asked, told);
        Requests requests = terms.wires().requests();
        requests.open(fetch, terms.wires().clocks().nanos());
        terms.wires().outbox().send(peer, new Message.TermsRequest(fetch.id, asked));
    }

    @Override
    public void onAnswer(long from, Message answer) {
        if (from != peer
                || !(answer instanceof Message.TermsReply reply)
                || reply.terms().size() != partitions.length) {
            return;
        }
        terms.wires().requests().close(this);
        int[] missing = {1};
        boolean[] failed = {false};
        Consumer<Verdict> each = verdict -> {
            failed[0] |= verdict != Verdict.OK;
            if (--missing[0] == 0) {
                told.accept(!failed[0]);
            }
        };
        for (int i = 0; i < partitions.length; i++) {
            Term shown = reply.terms().get(i);
            missing[0]++;
            terms.keep(partitions[i], shown, each);
        }
        each.accept(Verdict.OK);
    }

    @Override
    protected void onPeerLost(long lost) {
        if (lost == peer) {
            terms.wires().requests().close(this);
            told.accept(false);
        }
    }

    @Override
    protected void onDeadline() {
        told.accept(false);
    }
}
