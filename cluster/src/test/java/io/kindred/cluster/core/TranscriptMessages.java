package io.kindred.cluster.core;

import io.kindred.cluster.message.AskerDeadline;
import io.kindred.cluster.message.ClockReading;
import io.kindred.cluster.message.Guard;
import io.kindred.cluster.message.HandoffMessage;
import io.kindred.cluster.message.MembershipMessage;
import io.kindred.cluster.message.Message;
import io.kindred.cluster.message.Message.Verdict;
import io.kindred.cluster.message.Operation;
import io.kindred.cluster.message.Outcome;
import io.kindred.cluster.message.QuorumSpec;
import io.kindred.cluster.message.Reply;
import io.kindred.cluster.message.RequestMessage;
import io.kindred.cluster.message.TermMessage;
import io.kindred.cluster.version.Dot;
import io.kindred.cluster.version.HybridClock;
import io.kindred.cluster.version.Sibling;
import io.kindred.cluster.version.Term;
import io.kindred.cluster.version.VersionVector;
import io.kindred.cluster.version.Versions;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How a transcript writes messages, operations and outcomes. The words are of what a message is for, and not the names of
 * records:
 *
 * <pre>
 *   read r1 k [as-stand-in] [GUARD]                answer r1 VERDICT [CONTAINER] [shown=TERM]
 *   delta r1 k CONTAINER [for=NODE] [GUARD]        ack r1 VERDICT [uncovered=CONTAINER] [shown=TERM]
 *   repair k CONTAINER                             (nobody awaits an answer)
 *   borrow r1 k seen={...} [as-stand-in]           lend r1 VERDICT [DOT held=CONTAINER] [flushed=STAMP]
 *   forward r1 OPERATION budget=1000ms ...         outcome r1 OUTCOME
 *   claim r1 GUARD                                 grant r1 VERDICT [shown=TERM] [again=50ms]
 *   hand-over r1 k CONTAINER ...                   batch-ack r1 VERDICT [refused=0]
 *   relay r1 k CONTAINER ...                       batch-ack r1 VERDICT [refused=0]
 * </pre>
 *
 * A guard is {@code under=TERM [holding] [of-old-ring]}.
 */
final class TranscriptMessages {
    private static final long BATCH_BYTES = 1 << 18;

    private final TranscriptNotation notation;
    private final TranscriptKeys keys;
    private final TranscriptGroups groups;
    private final TranscriptRing ring;
    private final Supplier<ClockReading> clock;

    /** @param clock that of the node, and of its peers: theirs show the same */
    TranscriptMessages(
            TranscriptNotation notation, TranscriptKeys keys, TranscriptRing ring, Supplier<ClockReading> clock) {
        this.notation = notation;
        this.keys = keys;
        this.groups = new TranscriptGroups(keys);
        this.ring = ring;
        this.clock = clock;
    }

    // --- writing ---

    /** Null: it is none of a request's, and is not shown. */
    @Nullable
    String text(Message message) {
        if (message instanceof RequestMessage.ReadRequest read) {
            return "read " + id(read.requestId()) + " " + keys.nameOf(read) + flag(read.asStandIn(), "as-stand-in")
                    + guard(read.guard());
        } else if (message instanceof RequestMessage.ReadReply reply) {
            Versions found = reply.versions();
            return "answer " + id(reply.requestId()) + " " + verdict(reply.verdict())
                    + (found == null ? "" : " " + notation.versions(found)) + shown(reply.shown());
        } else if (message instanceof RequestMessage.Deltas delta) {
            String what = delta.requestId() == 0 ? "repair " : "delta " + id(delta.requestId()) + " ";
            return what
                    + records(delta)
                    + (delta.intended() == 0 ? "" : " for=" + TranscriptNotation.node(delta.intended()))
                    + guard(delta.guard());
        } else if (message instanceof RequestMessage.DeltasAck ack) {
            Versions uncovered = ack.uncovered();
            return "ack " + id(ack.requestId()) + " " + verdict(ack.verdict())
                    + (uncovered == null ? "" : " uncovered=" + notation.versions(uncovered)) + shown(ack.shown());
        } else if (message instanceof RequestMessage.Acks acks) {
            List<String> ids = new ArrayList<>();
            for (long id : acks.requestIds()) {
                ids.add(id(id));
            }
            return "acks " + String.join(",", ids);
        } else if (message instanceof RequestMessage.DotRequest borrow) {
            return "borrow " + id(borrow.requestId()) + " " + keys.nameOf(borrow) + " seen="
                    + notation.clock(borrow.seen()) + flag(borrow.asStandIn(), "as-stand-in");
        } else if (message instanceof RequestMessage.DotReply lent) {
            return lentText(lent);
        }
        return textOfRest(message);
    }

    /** One behind the other, with {@code &} between them. */
    private String records(RequestMessage.Deltas deltas) {
        List<String> texts = new ArrayList<>();
        keys.each(deltas, (name, versions) -> texts.add(name + " " + notation.versions(versions)));
        return String.join(" & ", texts);
    }

    private @Nullable String textOfRest(Message message) {
        if (message instanceof RequestMessage.Forward forward) {
            return forwardText(forward);
        } else if (message instanceof RequestMessage.ForwardReply reply) {
            return "outcome " + id(reply.requestId()) + " " + text(reply.outcome());
        } else if (message instanceof TermMessage.TermClaim claim) {
            return "claim " + id(claim.requestId()) + guard(claim.guard());
        } else if (message instanceof TermMessage.TermReply grant) {
            int again = grant.comeAgainMillis();
            return "grant " + id(grant.requestId()) + " " + verdict(grant.verdict()) + shown(grant.shown())
                    + (again == 0 ? "" : " again=" + again + "ms");
        } else if (message instanceof HandoffMessage.HandOver batch) {
            StringBuilder text = new StringBuilder("hand-over " + id(batch.requestId()));
            keys.each(batch, (name, versions) -> append(text, name, versions));
            return text.toString();
        } else if (message instanceof HandoffMessage.Relay batch) {
            StringBuilder text = new StringBuilder("relay " + id(batch.requestId()));
            keys.each(batch, (name, versions) -> append(text, name, versions));
            return text.toString();
        } else if (message instanceof HandoffMessage.HandOverAck ack) {
            StringBuilder text = new StringBuilder("batch-ack " + id(ack.requestId()) + " " + verdict(ack.verdict()));
            ack.refused().forEach(place -> text.append(" refused=").append(place));
            return text.toString();
        }
        return isNews(message) ? "news" : null;
    }

    private static boolean isNews(Message message) {
        return message instanceof MembershipMessage.GossipTell || message instanceof MembershipMessage.Gossip;
    }

    private void append(StringBuilder text, String name, Versions versions) {
        text.append(' ').append(name).append(' ').append(notation.versions(versions));
    }

    private String lentText(RequestMessage.DotReply lent) {
        Dot dot = lent.dot();
        Versions held = lent.held();
        return "lend " + id(lent.requestId()) + " " + verdict(lent.verdict())
                + (dot == null || held == null
                        ? ""
                        : " " + TranscriptNotation.dot(dot) + " held=" + notation.lengths(held))
                + (lent.flushStamp() == 0 ? "" : " flushed=" + notation.stamp(lent.flushStamp()));
    }

    private String forwardText(RequestMessage.Forward forward) {
        AskerDeadline deadline = forward.deadline();
        String until = deadline.start() == 0
                ? "unknown"
                : (deadline.nanos() - clock.get().nanos()) / 1_000_000 + "ms";
        return "forward " + id(forward.requestId()) + " " + text(forward.operation()) + quorum(forward.quorum())
                + " stamp=" + notation.stamp(forward.stamp()) + " budget=" + forward.budgetMillis() + "ms until="
                + until
                + flag(forward.isPassedOn(), "passed-on");
    }

    private String id(long requestId) {
        return notation.request(requestId);
    }

    private static String flag(boolean isSet, String word) {
        return isSet ? " " + word : "";
    }

    private static String shown(Term term) {
        return term.isNone() ? "" : " shown=" + TranscriptNotation.term(term);
    }

    private String guard(@Nullable Guard guard) {
        return guard == null
                ? ""
                : " under=" + TranscriptNotation.term(guard.term()) + flag(guard.holdsPlain(), "holding");
    }

    private static String verdict(Verdict verdict) {
        return verdict.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private String text(Operation operation) {
        if (operation instanceof Operation.GroupUpdate group) {
            return groups.text(group);
        }
        String key = keys.nameOfClient(operation.key());
        if (operation instanceof Operation.Update update) {
            List<String> words = new ArrayList<>();
            for (byte[] arg : update.args()) {
                words.add(new String(arg, StandardCharsets.UTF_8));
            }
            words.add(1, key);
            return String.join(" ", words);
        }
        return (operation instanceof Operation.Get ? "GET " : "SET ") + key;
    }

    private static String quorum(QuorumSpec quorum) {
        return number("R", quorum.r())
                + number("W", quorum.w())
                + number("PR", quorum.pr())
                + number("PW", quorum.pw())
                + flag(quorum.global(), "global");
    }

    private static String number(String name, int value) {
        return value == 0 ? "" : " " + name + "=" + value;
    }

    String text(Outcome outcome) {
        if (outcome instanceof Outcome.Found found) {
            return "found " + notation.versions(found.versions());
        } else if (outcome instanceof Outcome.Written written) {
            return "OK " + notation.clock(written.context());
        } else if (outcome instanceof Outcome.Updated updated) {
            return text(updated.reply());
        } else if (outcome instanceof Outcome.TryAgain tryAgain) {
            return "TRYAGAIN " + tryAgain.why();
        } else if (outcome instanceof Outcome.NoQuorum noQuorum) {
            return "NOQUORUM " + noQuorum.what();
        } else if (outcome instanceof Outcome.Refused refused) {
            return "refused: " + refused.error();
        }
        throw new TranscriptError("no such outcome: " + outcome);
    }

    private static String text(Reply reply) {
        if (reply instanceof Reply.Int number) {
            return Long.toString(number.value());
        } else if (reply instanceof Reply.Simple simple) {
            return simple.text();
        } else if (reply instanceof Reply.Bulk bulk) {
            return '"' + new String(bulk.bytes(), StandardCharsets.UTF_8) + '"';
        } else if (reply instanceof Reply.Nil) {
            return "nil";
        }
        throw new TranscriptError("no such reply: " + reply);
    }

    // --- reading ---

    /** What a peer says. */
    Message message(TranscriptWords words) {
        String kind = words.next();
        if (kind.equals("repair")) {
            return deltas(0, words);
        }
        if (kind.equals("acks")) {
            long[] ids = Stream.of(words.next().split(","))
                    .mapToLong(notation::request)
                    .toArray();
            return new RequestMessage.Acks(ids);
        }
        long id = notation.request(words.next());
        return switch (kind) {
            case "read" -> keys.read(id, words.next(), words.takes("as-stand-in"), guard(words));
            case "answer" -> {
                Verdict verdict = verdict(words.next());
                boolean isAnswered = verdict == Verdict.OK || verdict == Verdict.UNCOUNTED;
                Versions found = isAnswered ? notation.versions(words.next()) : null;
                yield new RequestMessage.ReadReply(id, verdict, found, shown(words));
            }
            case "delta" -> deltas(id, words);
            case "ack" -> {
                Verdict verdict = verdict(words.next());
                String uncovered = words.value("uncovered");
                Versions shown =
                        uncovered == null ? null : notation.versions(uncovered).withoutValues();
                yield new RequestMessage.DeltasAck(id, verdict, shown, shown(words));
            }
            case "borrow" -> {
                String name = words.next();
                String seen = words.value("seen");
                VersionVector clock = seen == null ? VersionVector.EMPTY : notation.clock(seen);
                yield keys.borrow(id, name, clock, words.takes("as-stand-in"));
            }
            case "lend" -> lent(id, words);
            case "forward" -> forward(id, words);
            case "outcome" -> new RequestMessage.ForwardReply(id, outcome(words), clock.get());
            case "claim" -> new TermMessage.TermClaim(id, ring.partition(), requireGuard(words));
            case "grant" -> {
                Verdict verdict = verdict(words.next());
                Term shown = shown(words);
                String again = words.value("again");
                int millis = again == null ? 0 : (int) (TranscriptWords.nanos(again) / 1_000_000);
                yield new TermMessage.TermReply(id, verdict, shown, millis);
            }
            case "hand-over" -> batch(words, (names, versions) -> keys.handOver(id, names, versions));
            case "relay" -> batch(words, (names, versions) -> keys.relay(id, names, versions));
            case "batch-ack" ->
                new HandoffMessage.HandOverAck(id, verdict(words.next()), refused(words), (int) BATCH_BYTES);
            default -> throw new TranscriptError("no such message: " + kind);
        };
    }

    private static List<Integer> refused(TranscriptWords words) {
        List<Integer> refused = new ArrayList<>();
        for (String place = words.value("refused"); place != null; place = words.value("refused")) {
            refused.add(Integer.valueOf(place));
        }
        return refused;
    }

    private interface Batch {
        Message of(List<String> names, List<Versions> versions);
    }

    private Message batch(TranscriptWords words, Batch batch) {
        List<String> names = new ArrayList<>();
        List<Versions> versions = new ArrayList<>();
        while (!words.isEmpty()) {
            names.add(words.next());
            versions.add(notation.versions(words.next()));
        }
        return batch.of(names, versions);
    }

    private Message deltas(long id, TranscriptWords words) {
        List<String> names = new ArrayList<>();
        List<Versions> deltas = new ArrayList<>();
        do {
            names.add(words.next());
            deltas.add(notation.versions(words.next()));
        } while (words.takes("&"));
        String intended = words.value("for");
        long replica = intended == null ? 0 : TranscriptRing.id(intended);
        return keys.deltas(id, names, deltas, replica, guard(words));
    }

    private Message lent(long id, TranscriptWords words) {
        Verdict verdict = verdict(words.next());
        if (verdict != Verdict.OK) {
            return new RequestMessage.DotReply(id, verdict, null, null, 0);
        }
        Dot dot = TranscriptNotation.dot(words.next());
        String held = words.value("held");
        String flushed = words.value("flushed");
        Versions versions = notation.versions(held == null ? "none" : held).withLengths();
        return new RequestMessage.DotReply(id, verdict, dot, versions, flushed == null ? 0 : notation.stampOf(flushed));
    }

    private Message forward(long id, TranscriptWords words) {
        Operation operation = operation(words);
        QuorumSpec quorum = quorum(words);
        String until = words.value("until");
        boolean isPassedOn = words.takes("passed-on");
        boolean isOfAnotherStart = words.takes("of-another-start");
        ClockReading here = clock.get();
        long leftNanos = until == null || until.equals("unknown") ? 1_000_000_000L : TranscriptWords.nanos(until);
        long start = isOfAnotherStart ? here.start() + 1 : here.start();
        AskerDeadline deadline =
                "unknown".equals(until) ? AskerDeadline.UNKNOWN : new AskerDeadline(start, here.nanos() + leftNanos);
        long stamp = HybridClock.ofMillis(here.wallMillis()) + id;
        return new RequestMessage.Forward(id, operation, quorum, stamp, 1_000, deadline, isPassedOn);
    }

    private static Verdict verdict(String text) {
        for (Verdict verdict : Verdict.values()) {
            if (verdict(verdict).equals(text)) {
                return verdict;
            }
        }
        throw new TranscriptError("no such verdict: " + text);
    }

    private static Term shown(TranscriptWords words) {
        String shown = words.value("shown");
        return shown == null ? Term.NONE : TranscriptNotation.term(shown);
    }

    private Guard requireGuard(TranscriptWords words) {
        Guard guard = guard(words);
        if (guard == null) {
            throw new TranscriptError("which term?");
        }
        return guard;
    }

    private @Nullable Guard guard(TranscriptWords words) {
        String term = words.value("under");
        if (term == null) {
            return null;
        }
        boolean holds = words.takes("holding");
        long ringStamp = words.takes("of-old-ring") ? 0 : ring.newestStamp();
        return new Guard(TranscriptNotation.term(term), notation.datacenter(), ringStamp, 0, holds);
    }

    /**
     * What a client asks. {@code SET k v [~10s]}, {@code GET k}, {@code PUT k {a:1} v}, a read-modify-write, or one of several
     * keys ({@link TranscriptGroups}).
     */
    Operation operation(TranscriptWords words) {
        String name = words.next();
        if (TranscriptGroups.isOne(name)) {
            return groups.operation(name, words);
        }
        byte[] key = keys.ofClient(words.next());
        switch (name) {
            case "GET":
                return new Operation.Get(0, key);
            case "SET":
                return new Operation.Put(0, key, null, TranscriptNotation.value(words.next()), expiry(words));
            case "PUT":
                VersionVector context = notation.clock(words.next());
                return new Operation.Put(0, key, context, TranscriptNotation.value(words.next()), expiry(words));
            default:
                List<byte[]> args = new ArrayList<>(List.of(name.getBytes(StandardCharsets.UTF_8)));
                String arg = words.value("arg");
                if (arg != null) {
                    args.add(arg.getBytes(StandardCharsets.UTF_8));
                }
                return new Operation.Update(0, key, args.toArray(new byte[0][]));
        }
    }

    private static long expiry(TranscriptWords words) {
        String seconds = words.value("EX");
        return seconds == null ? Sibling.NEVER : TranscriptNode.WALL_BEGIN_MILLIS + 1_000 * Long.parseLong(seconds);
    }

    QuorumSpec quorum(TranscriptWords words) {
        return new QuorumSpec(
                number(words, "R"),
                number(words, "W"),
                number(words, "PR"),
                number(words, "PW"),
                words.takes("global"));
    }

    private static int number(TranscriptWords words, String name) {
        String value = words.value(name);
        return value == null ? 0 : Integer.parseInt(value);
    }

    private static Outcome outcome(TranscriptWords words) {
        String kind = words.next();
        return switch (kind) {
            case "TRYAGAIN" -> new Outcome.TryAgain(words.rest());
            case "NOQUORUM" -> new Outcome.NoQuorum(words.rest());
            case "refused:" -> new Outcome.Refused(words.rest());
            case "OK" -> new Outcome.Updated(Reply.OK);
            case "nil" -> new Outcome.Updated(Reply.NIL);
            default -> new Outcome.Updated(new Reply.Int(Long.parseLong(kind)));
        };
    }
}
