package io.kindred.cluster.core;

import io.kindred.cluster.ring.DatacenterRecords;
import io.kindred.cluster.version.Actor;
import io.kindred.cluster.version.Dot;
import io.kindred.cluster.version.HybridClock;
import io.kindred.cluster.version.Sibling;
import io.kindred.cluster.version.Term;
import io.kindred.cluster.version.TermMark;
import io.kindred.cluster.version.VersionVector;
import io.kindred.cluster.version.Versions;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How a transcript writes values: short, and the same in each run.
 *
 * <ul>
 *   <li>a stamp: {@code t1, t2, ...} in the order in which they appear; {@code p1, p2, ...}, rising, are before the transcript
 *       began, and {@code f1, f2, ...} ahead of all of its first 400 ms;
 *   <li>a request's id: {@code r1, r2, ...} where it is the node's own, {@code q1, q2, ...} where a peer has made it;
 *   <li>a dot: {@code a:1}; a version: {@code v@a:1.t1}, with {@code /2} where it was made under the term of that number,
 *       {@code ^t1} behind that where it has a base stamp, {@code ~10s} where it expires that long after the transcript began;
 *       {@code DEL} is a tombstone's value, {@code ""} an empty one;
 *   <li>a container: its versions with {@code +} between them, then {@code |{a:2,b:1}}, all that it has seen, unless that is
 *       each of their actors up to its newest version; {@code none}: nothing was ever seen. {@code a:3..5} are loose dots.
 * </ul>
 */
final class TranscriptNotation {
    private static final long PAST = HybridClock.ofMillis(TranscriptNode.WALL_START_MILLIS - 3_600_000);
    private static final long FUTURE = HybridClock.ofMillis(TranscriptNode.WALL_BEGIN_MILLIS + 400);
    private static final int CONSTANTS_MAX = 100;
    private static final long PEER_REQUESTS = 1_000;

    private static final Pattern SIBLING = Pattern.compile(
            "(?<value>[^@]*)@(?<node>[a-z]):(?<counter>\\d+)\\.(?<stamp>[ptf]\\d+)(/(?<term>\\d+)(\\^(?<base>[ptf]\\d+))?)?"
                    + "(~(?<expiry>-?\\d+)s)?");
    private static final Pattern RUN =
            Pattern.compile("(?<node>[a-z]):(?<from>\\d+)(\\.\\.(?<to>\\d+))?(\\.(?<stamp>[ptf]\\d+))?");

    private final Map<Long, String> stampNames = new HashMap<>();
    private final Map<String, Long> stamps = new HashMap<>();
    private final Map<Long, String> requestNames = new HashMap<>();
    private final Map<String, Long> requests = new HashMap<>();
    private final long datacenter;
    private final Consumer<String> remark;
    private long newest;
    private long newestFuture;

    /**
     * @param datacenter that of the terms
     * @param remark told, once, what the numbers of stamps do not: how one compares with others that appeared before
     */
    TranscriptNotation(long datacenter, Consumer<String> remark) {
        this.datacenter = datacenter;
        this.remark = remark;
    }

    long datacenter() {
        return datacenter;
    }

    // --- nodes, requests, stamps, terms ---

    static String node(long id) {
        return id == DatacenterRecords.idOf(TranscriptRing.FAR) ? TranscriptRing.FAR : TranscriptRing.name(id);
    }

    String request(long id) {
        if (id > 0 && id < PEER_REQUESTS) {
            return "q" + id;
        }
        String known = requestNames.get(id);
        if (known == null) {
            known = "r" + (requestNames.size() + 1);
            requestNames.put(id, known);
            requests.put(known, id);
        }
        return known;
    }

    long request(String name) {
        if (name.matches("q\\d+")) {
            return Long.parseLong(name.substring(1));
        }
        Long known = requests.get(name);
        if (known == null) {
            throw new TranscriptError("no such request: " + name);
        }
        return known;
    }

    String stamp(long stamp) {
        if (stamp == 0) {
            return "t0";
        }
        if (stamp > PAST && stamp < PAST + CONSTANTS_MAX) {
            return "p" + (stamp - PAST);
        }
        if (stamp > FUTURE && stamp < FUTURE + CONSTANTS_MAX) {
            return "f" + (stamp - FUTURE);
        }
        String known = stampNames.get(stamp);
        if (known == null) {
            known = "t" + (stampNames.size() + 1);
            compare(stamp, known);
            stampNames.put(stamp, known);
            stamps.put(known, stamp);
        }
        return known;
    }

    private void compare(long stamp, String name) {
        if (stamp < newest) {
            remark.accept(name + " is below " + stampNames.get(newest));
        }
        if (newestFuture > 0 && stamp > newestFuture) {
            remark.accept(name + " is above " + stamp(newestFuture));
            newestFuture = 0;
        }
        newest = Math.max(newest, stamp);
    }

    long stampOf(String name) {
        long number = Long.parseLong(name.substring(1));
        switch (name.charAt(0)) {
            case 'p':
                return PAST + number;
            case 'f':
                newestFuture = Math.max(newestFuture, FUTURE + number);
                return FUTURE + number;
            default:
                Long known = stamps.get(name);
                if (known == null) {
                    throw new TranscriptError("no such stamp yet: " + name);
                }
                return known;
        }
    }

    static String term(Term term) {
        return term.isNone() ? "none" : term.number() + ":" + node(term.node());
    }

    static Term term(String text) {
        if (text.equals("none")) {
            return Term.NONE;
        }
        String[] parts = text.split(":");
        return new Term(Long.parseLong(parts[0]), TranscriptRing.id(parts[1]));
    }

    // --- clocks ---

    private static String actor(Actor actor) {
        String node = node(actor.nodeId());
        return actor.incarnation() == 1 ? node : node + "#" + actor.incarnation();
    }

    private static Actor actor(String node) {
        return new Actor(TranscriptRing.id(node), 1);
    }

    static String dot(Dot dot) {
        return actor(dot.actor()) + ":" + dot.counter();
    }

    static Dot dot(String text) {
        String[] parts = text.split(":");
        return new Dot(actor(parts[0]), Long.parseLong(parts[1]));
    }

    String clock(VersionVector clock) {
        List<String> runs = new ArrayList<>();
        for (VersionVector.Run run : clock) {
            String from = run.from() == 1 ? "" : run.from() + "..";
            runs.add(actor(run.actor()) + ":" + from + run.to());
        }
        return "{" + String.join(",", runs) + "}";
    }

    VersionVector clock(String text) {
        VersionVector clock = VersionVector.EMPTY;
        if (!text.startsWith("{") || !text.endsWith("}")) {
            throw new TranscriptError("no clock: " + text);
        }
        String inner = text.substring(1, text.length() - 1);
        for (String each : inner.isEmpty() ? new String[0] : inner.split(",")) {
            Matcher run = RUN.matcher(each);
            if (!run.matches()) {
                throw new TranscriptError("no clock: " + text);
            }
            boolean isLoose = run.group("to") != null;
            long from = isLoose ? Long.parseLong(run.group("from")) : 1;
            long to = Long.parseLong(run.group(isLoose ? "to" : "from"));
            long stamp = run.group("stamp") == null ? PAST : stampOf(run.group("stamp"));
            for (long counter = from; counter <= to; counter++) {
                clock = clock.with(new Dot(actor(run.group("node")), counter), stamp);
            }
        }
        return clock;
    }

    // --- containers ---

    /** How the value of a version that is written. */
    interface ValueText {
        String of(Sibling sibling);
    }

    String versions(Versions versions) {
        return versions(versions, sibling -> {
            byte[] value = sibling.value();
            return value == null ? "DEL" : value.length == 0 ? "\"\"" : new String(value, StandardCharsets.UTF_8);
        });
    }

    /** With the lengths of the values in their place. */
    String lengths(Versions versions) {
        return versions(versions, sibling -> sibling.isTombstone() ? "DEL" : "(" + sibling.lengthBytes() + ")");
    }

    private String versions(Versions versions, ValueText values) {
        if (versions.isEmpty()) {
            return "none";
        }
        List<String> siblings = new ArrayList<>();
        for (Sibling sibling : versions.siblings()) {
            siblings.add(values.of(sibling) + "@" + dot(sibling.dot()) + "." + stamp(sibling.stamp()) + mark(sibling)
                    + expiry(sibling));
        }
        String seen = versions.clock().equals(usual(versions.siblings())) ? "" : "|" + clock(versions.clock());
        return String.join("+", siblings) + seen;
    }

    private String mark(Sibling sibling) {
        TermMark mark = sibling.mark();
        if (mark.isNone()) {
            return "";
        }
        String where = mark.datacenter() == datacenter ? "" : "(elsewhere)";
        return "/" + mark.number() + where + (mark.baseStamp() == 0 ? "" : "^" + stamp(mark.baseStamp()));
    }

    private static String expiry(Sibling sibling) {
        long at = sibling.expireAtMillis();
        return at == Sibling.NEVER ? "" : "~" + (at - TranscriptNode.WALL_BEGIN_MILLIS) / 1_000 + "s";
    }

    /** Each actor's dots up to its newest version. */
    private static VersionVector usual(List<Sibling> siblings) {
        TreeMap<Actor, Long> newest = new TreeMap<>();
        siblings.forEach(
                sibling -> newest.merge(sibling.dot().actor(), sibling.dot().counter(), Math::max));
        VersionVector clock = VersionVector.EMPTY;
        for (Map.Entry<Actor, Long> each : newest.entrySet()) {
            // What has come through a floor is far from 1; such a clock is written out.
            for (long counter = 1; counter <= Math.min(each.getValue(), CONSTANTS_MAX); counter++) {
                clock = clock.with(new Dot(each.getKey(), counter), PAST);
            }
        }
        return clock;
    }

    Versions versions(String text) {
        if (text.equals("none")) {
            return Versions.EMPTY;
        }
        int bar = text.indexOf('|');
        String living = bar < 0 ? text : text.substring(0, bar);
        List<Sibling> siblings = new ArrayList<>();
        for (String each : living.isEmpty() ? new String[0] : living.split("\\+")) {
            siblings.add(sibling(each));
        }
        VersionVector seen = bar < 0 ? usual(siblings) : clock(text.substring(bar + 1));
        return container(siblings, seen);
    }

    private Sibling sibling(String text) {
        Matcher parts = SIBLING.matcher(text);
        if (!parts.matches()) {
            throw new TranscriptError("no version: " + text);
        }
        Dot dot = new Dot(actor(parts.group("node")), Long.parseLong(parts.group("counter")));
        String expiry = parts.group("expiry");
        long expireAt =
                expiry == null ? Sibling.NEVER : TranscriptNode.WALL_BEGIN_MILLIS + 1_000 * Long.parseLong(expiry);
        return new Sibling(dot, stampOf(parts.group("stamp")), expireAt, value(parts.group("value")), mark(parts));
    }

    private TermMark mark(Matcher parts) {
        String term = parts.group("term");
        String base = parts.group("base");
        return term == null
                ? TermMark.NONE
                : new TermMark(Long.parseLong(term), datacenter, base == null ? 0 : stampOf(base));
    }

    static byte @Nullable [] value(String text) {
        return switch (text) {
            case "DEL" -> null;
            case "\"\"" -> new byte[0];
            default -> text.getBytes(StandardCharsets.UTF_8);
        };
    }

    /** By the operations that there are: deltas, each with a part of what else was seen. */
    private static Versions container(List<Sibling> siblings, VersionVector seen) {
        VersionVector rest = VersionVector.EMPTY;
        for (VersionVector.Run run : seen) {
            for (long counter = run.from(); counter <= run.to(); counter++) {
                Dot dot = new Dot(run.actor(), counter);
                if (siblings.stream().noneMatch(sibling -> sibling.dot().equals(dot))) {
                    rest = rest.with(dot, run.stamp());
                }
            }
        }
        Versions all = Versions.EMPTY;
        for (Sibling sibling : siblings) {
            all = all.join(Versions.delta(rest, sibling));
        }
        if (siblings.isEmpty()) {
            VersionVector.Run any = seen.iterator().next();
            Sibling gone = new Sibling(new Dot(any.actor(), any.to()), any.stamp(), Sibling.NEVER, null);
            VersionVector before = VersionVector.EMPTY;
            for (VersionVector.Run run : seen) {
                for (long counter = run.from(); counter <= run.to(); counter++) {
                    Dot dot = new Dot(run.actor(), counter);
                    before = dot.equals(gone.dot()) ? before : before.with(dot, run.stamp());
                }
            }
            all = Versions.delta(before, gone).withoutStampsUpTo(Long.MAX_VALUE);
        }
        return all;
    }
}
