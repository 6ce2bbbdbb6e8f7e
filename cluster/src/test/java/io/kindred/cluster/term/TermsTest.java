package io.kindred.cluster.term;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kindred.cluster.message.Guard;
import io.kindred.cluster.message.Message;
import io.kindred.cluster.message.Message.Verdict;
import io.kindred.cluster.message.Outcome;
import io.kindred.cluster.message.TermMessage;
import io.kindred.cluster.quorum.Clocks;
import io.kindred.cluster.quorum.Origin;
import io.kindred.cluster.quorum.Outbox;
import io.kindred.cluster.quorum.Request;
import io.kindred.cluster.quorum.Requests;
import io.kindred.cluster.quorum.Route;
import io.kindred.cluster.quorum.Router;
import io.kindred.cluster.quorum.TermBook.Claimed;
import io.kindred.cluster.ring.RecordKey;
import io.kindred.cluster.version.HybridClock;
import io.kindred.cluster.version.Term;
import java.lang.reflect.Proxy;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** One node of three, message by message; its disk says when it is done. */
class TermsTest {
    private static final long SELF = 1;
    private static final long B = 2;
    private static final long C = 3;
    private static final int PARTITION = 7;
    private static final RecordKey KEY = RecordKey.firstOf(PARTITION);
    private static final long STEP_NANOS = 5_000_000;
    private static final long SECOND = 1_000_000_000L;

    private final Clocks clocks = new Clocks(new HybridClock(500));
    private final Requests requests = new Requests(0, SECOND);
    private final List<Message> sent = new ArrayList<>();
    private final ArrayDeque<Consumer<Boolean>> disk = new ArrayDeque<>();
    private final Set<Long> gone = new TreeSet<>();
    private long[] owners = {SELF, B, C};
    private Terms terms = start(List.of());

    private Terms start(List<Terms.Kept> recovered) {
        Outbox outbox = new Outbox() {
            @Override
            public void send(long to, Message message) {
                sent.add(message);
            }

            @Override
            public void reply(Origin origin, Outcome outcome) {
                throw new AssertionError("no client is here");
            }
        };
        clocks.advance(10 * SECOND, 1_000_000);
        return new Terms(
                16,
                0,
                recovered,
                (kept, told) -> disk.add(told),
                new Terms.Network(outbox, requests, clocks, router(), bound -> 0, partition -> false));
    }

    private Router router() {
        return (Router) Proxy.newProxyInstance(
                Router.class.getClassLoader(),
                new Class<?>[] {Router.class},
                (proxy, method, args) -> switch (method.getName()) {
                    case "self" -> SELF;
                    case "isGone" -> gone.contains((Long) args[0]);
                    case "isReplicaOf" -> true;
                    case "isOld" -> false;
                    case "guard" -> guard((Term) args[1]);
                    case "routeOf" -> Route.settled(KEY, owners, 0);
                    default -> throw new AssertionError(method);
                });
    }

    private static Guard guard(Term term) {
        return new Guard(term, 0, 0, 0, false);
    }

    private void claim(long from, long number) {
        terms.onClaim(from, new TermMessage.TermClaim(number, PARTITION, guard(new Term(number, from))));
    }

    private Verdict answered() {
        return ((TermMessage.TermReply) sent.remove(0)).verdict();
    }

    private void synced() {
        disk.remove().accept(true);
    }

    private void answer(TermMessage.TermClaim asked, TermMessage.TermReply reply) {
        Request request = requests.find(asked.requestId());
        assertNotNull(request);
        request.onAnswer(B, reply);
    }

    /** In small steps: a long one is taken for a process that stood still. */
    private void later(long nanos) {
        long until = clocks.nanos() + nanos;
        while (clocks.nanos() < until) {
            clocks.advance(clocks.nanos() + STEP_NANOS, 1_000_000);
            requests.onTick(clocks.nanos());
        }
    }

    @Test
    void aTermIsGrantedOnceItIsOnTheDisk() {
        claim(B, 5);
        assertTrue(sent.isEmpty());
        synced();
        assertEquals(Verdict.OK, answered());
        assertEquals(new Term(5, B), terms.kept(PARTITION));
    }

    @Test
    void anEqualTermIsRefused() {
        claim(B, 5);
        synced();
        answered();
        later(SECOND);
        claim(B, 5);
        assertEquals(Verdict.OLD_TERM, answered());
        claim(C, 4);
        assertEquals(Verdict.OLD_TERM, answered());
    }

    @Test
    void aHolderKeepsItForAMomentWhereItIsThere() {
        claim(B, 5);
        synced();
        answered();
        claim(C, 6);
        TermMessage.TermReply reply = (TermMessage.TermReply) sent.remove(0);
        assertEquals(Verdict.OLD_TERM, reply.verdict());
        assertTrue(reply.comeAgainMillis() > 0);
        gone.add(B);
        claim(C, 6);
        synced();
        assertEquals(Verdict.OK, answered());
        gone.clear();
        later(SECOND / 10);
        claim(B, 7);
        synced();
        assertEquals(Verdict.OK, answered());
    }

    /** From when it claims it refuses all that the holder has under way. */
    @Test
    void whoHasGrantedATermClaimsNoneForAMomentWhereItsHolderIsThere() {
        claim(B, 5);
        synced();
        answered();
        terms.hold(KEY, Term.NONE, clocks.nanos() + SECOND, how -> {});
        later(SECOND / 20);
        assertEquals(new Term(5, B), terms.kept(PARTITION));
        later(SECOND / 5);
        assertEquals(new Term(6, SELF), terms.kept(PARTITION));
    }

    @Test
    void whoHasGrantedATermClaimsAtOnceWhereItsHolderIsGone() {
        claim(B, 5);
        synced();
        answered();
        gone.add(B);
        terms.hold(KEY, Term.NONE, clocks.nanos() + SECOND, how -> {});
        assertEquals(new Term(6, SELF), terms.kept(PARTITION));
    }

    @Test
    void aStartHoldsNothingAndClaimsAnew() {
        terms = start(List.of(new Terms.Kept(PARTITION, new Term(5, SELF), List.of())));
        assertEquals(Term.NONE, terms.held(PARTITION));
        List<Claimed> told = new ArrayList<>();
        terms.hold(KEY, Term.NONE, clocks.nanos() + SECOND, told::add);
        assertTrue(sent.isEmpty(), "it is told before it is on the disk");
        synced();
        assertEquals(2, sent.size());
        TermMessage.TermClaim asked = (TermMessage.TermClaim) sent.get(0);
        assertEquals(new Term(6, SELF), asked.guard().term());
        answer(asked, new TermMessage.TermReply(1, Verdict.OK, Term.NONE, 0));
        assertEquals(List.of(Claimed.HELD), told);
        assertEquals(new Term(6, SELF), terms.held(PARTITION));
    }

    @Test
    void aGreaterTermEndsWhatIsHeld() {
        List<Claimed> told = new ArrayList<>();
        terms.hold(KEY, Term.NONE, clocks.nanos() + SECOND, told::add);
        synced();
        TermMessage.TermClaim asked = (TermMessage.TermClaim) sent.get(0);
        answer(asked, new TermMessage.TermReply(1, Verdict.OK, Term.NONE, 0));
        assertEquals(new Term(1, SELF), terms.held(PARTITION));
        terms.keep(PARTITION, new Term(2, C), verdict -> {});
        assertEquals(Term.NONE, terms.held(PARTITION));
    }

    @Test
    void aRefusedClaimComesAgainAboveWhatItWasShown() {
        List<Claimed> told = new ArrayList<>();
        terms.hold(KEY, Term.NONE, clocks.nanos() + SECOND, told::add);
        synced();
        TermMessage.TermClaim asked = (TermMessage.TermClaim) sent.get(0);
        sent.clear();
        answer(asked, new TermMessage.TermReply(1, Verdict.OLD_TERM, new Term(8, C), 0));
        later(SECOND / 10);
        synced();
        TermMessage.TermClaim again = (TermMessage.TermClaim) sent.get(0);
        assertEquals(new Term(9, SELF), again.guard().term());
    }

    @Test
    void whoDoesNotCountGrantsWithoutAVote() {
        terms = start(List.of(new Terms.Kept(PARTITION, new Term(5, B), List.of(C))));
        claim(C, 6);
        synced();
        assertEquals(Verdict.UNCOUNTED, answered());
        assertEquals(1, terms.uncounted());
    }

    @Test
    void whoIsAloneHoldsAtOnceAndTheTermGoesIntoTheLogFirst() {
        owners = new long[] {SELF};
        List<Claimed> told = new ArrayList<>();
        terms.hold(KEY, Term.NONE, clocks.nanos() + SECOND, told::add);
        assertEquals(List.of(Claimed.HELD), told);
        assertEquals(1, disk.size());
        terms.hold(KEY, Term.NONE, clocks.nanos() + SECOND, told::add);
        assertEquals(List.of(Claimed.HELD, Claimed.HELD), told);
        assertEquals(1, disk.size(), "it is written once");
        assertEquals(new Term(1, SELF), terms.held(PARTITION));
    }

    @Test
    void aTermThatWasHeldAloneIsOnTheDiskBeforeOthersSeeIt() {
        owners = new long[] {SELF};
        List<Claimed> told = new ArrayList<>();
        terms.hold(KEY, Term.NONE, clocks.nanos() + SECOND, told::add);
        told.clear();
        owners = new long[] {SELF, B, C};
        terms.hold(KEY, Term.NONE, clocks.nanos() + SECOND, told::add);
        assertTrue(told.isEmpty());
        synced();
        assertEquals(List.of(Claimed.HELD), told);
    }

    @Test
    void whatADiskHasRefusedIsWrittenAgainBeforeTheNextUpdate() {
        owners = new long[] {SELF};
        List<Claimed> told = new ArrayList<>();
        terms.hold(KEY, Term.NONE, clocks.nanos() + SECOND, told::add);
        disk.remove().accept(false);
        terms.hold(KEY, Term.NONE, clocks.nanos() + SECOND, told::add);
        assertEquals(1, disk.size());
    }

    /** A forged one: it ends the numbers, and nothing else. */
    @Test
    void nobodyClaimsBeyondTheLastNumber() {
        terms = start(List.of(new Terms.Kept(PARTITION, new Term(Term.NUMBER_MAX, B), List.of())));
        List<Claimed> told = new ArrayList<>();
        terms.hold(KEY, Term.NONE, clocks.nanos() + SECOND, told::add);
        owners = new long[] {SELF};
        terms.hold(KEY, Term.NONE, clocks.nanos() + SECOND, told::add);
        assertEquals(List.of(Claimed.NOT_NOW, Claimed.NOT_NOW), told);
        assertEquals(List.of(), sent);
    }
}
