package io.kindred.cluster.term;

import io.kindred.cluster.message.Message.Verdict;
import io.kindred.cluster.message.TermMessage;
import io.kindred.cluster.quorum.Request;
import io.kindred.cluster.quorum.Requests;
import io.kindred.cluster.version.Term;
import java.util.Arrays;
import java.util.Collection;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Takes the newest terms that another node knows of partitions which this one is to hold, behind the exchange that has made
 * them equal. So whatever was acknowledged there under a term was either in the exchange, or comes under a term that this
 * node knows. Where that node itself has not met enough of those who had the partition before it, neither has this one by
 * way of it.
 */
final class TermFetch extends Request {
    private final Terms terms;
    private final long peer;
    private final int[] partitions;
    private final Terms.Fetched told;

    private TermFetch(Terms terms, long peer, int[] partitions, Terms.Fetched told) {
        this.terms = terms;
        this.peer = peer;
        this.partitions = partitions;
        this.told = told;
    }

    static void start(Terms terms, long peer, Collection<Integer> partitions, Terms.Fetched told) {
        int[] asked = partitions.stream().mapToInt(Integer::intValue).toArray();
        TermFetch fetch = new TermFetch(terms, peer, asked, told);
        Requests requests = terms.network().requests();
        requests.open(fetch, terms.network().clocks().nanos());
        terms.network().outbox().send(peer, new TermMessage.TermsRequest(fetch.id, asked));
    }

    @Override
    public void onTermsReply(long from, TermMessage.TermsReply reply) {
        if (from != peer || reply.terms().size() != partitions.length) {
            return;
        }
        terms.network().requests().close(this);
        Set<Integer> uncounted = Arrays.stream(reply.uncounted()).boxed().collect(Collectors.toSet());
        Set<Integer> emptied = Arrays.stream(reply.emptied()).boxed().collect(Collectors.toSet());
        int[] missing = {1};
        boolean[] failed = {false};
        Consumer<Verdict> each = verdict -> {
            failed[0] |= verdict != Verdict.OK;
            if (--missing[0] == 0) {
                told.fetched(!failed[0], uncounted, emptied);
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
            terms.network().requests().close(this);
            told.fetched(false, Set.of(), Set.of());
        }
    }

    @Override
    protected void onDeadline() {
        told.fetched(false, Set.of(), Set.of());
    }
}
