package io.kindred.cluster.pubsub;

import io.kindred.cluster.keyspace.Glob;
import io.kindred.cluster.message.PubSubMessage;
import io.kindred.cluster.message.Topic;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.LongPredicate;

/**
 * What the other nodes' clients have subscribed to, as those nodes have told. Looking up who wants a channel costs one look
 * and, as in Redis, a comparison with each different pattern.
 *
 * <p>Owned by: the core's thread.
 */
final class RemoteInterest {
    private static final long[] NOBODY = {};

    private final PubSubLimits limits;
    private final Map<Long, Source> sources = new TreeMap<>();
    /** Who wants a channel or a shard channel: node ids, ascending. */
    private final Map<Topic, long[]> channels = new HashMap<>();

    private final Map<Topic, long[]> patterns = new LinkedHashMap<>();
    private final TreeSet<Long> wantingAll = new TreeSet<>();
    private long topics;

    /** One other node: the telling that it is in, and the last that it published. */
    private static final class Source {
        private long start;
        private long session;
        private long part;
        private final Set<Topic> topics = new HashSet<>();
        private long nameBytes;
        private long lastNumber;
    }

    RemoteInterest(PubSubLimits limits) {
        this.limits = limits;
    }

    /** Topics, once for each node that has them. */
    long topics() {
        return topics;
    }

    /** Another process of this node has begun: what an earlier one told and published is over. */
    void begun(long node, long start) {
        Source source = sources.computeIfAbsent(node, id -> new Source());
        if (start > source.start) {
            restart(node, source, start);
        }
    }

    private void restart(long node, Source source, long start) {
        clear(node, source);
        source.start = start;
        source.session = 0;
        source.part = 0;
        source.lastNumber = 0;
    }

    /** Takes a part, if it is the next one. Returns what has been taken by now. */
    PubSubMessage.InterestAck take(long from, PubSubMessage.Interest told) {
        Source source = sources.computeIfAbsent(from, node -> new Source());
        if (told.start() > source.start) {
            restart(from, source, told.start());
        }
        boolean isOfThisStart = told.start() == source.start;
        if (isOfThisStart && told.session() > source.session && told.part() == 1) {
            clear(from, source);
            source.session = told.session();
            source.part = 0;
        }
        if (isOfThisStart && told.session() == source.session && told.part() == source.part + 1) {
            apply(from, source, told);
            source.part = told.part();
        }
        return new PubSubMessage.InterestAck(source.start, source.session, source.part);
    }

    private void apply(long from, Source source, PubSubMessage.Interest told) {
        boolean everything = told.everything();
        told.removed().forEach(topic -> remove(from, source, topic));
        told.added().forEach(topic -> add(from, source, topic));
        // No node of ours tells so many; whoever does costs no more than one that tells none.
        boolean isTooMuch =
                source.topics.size() > 2L * limits.topicsMax() || source.nameBytes > 2 * limits.topicBytesMax();
        if (isTooMuch) {
            clear(from, source);
        }
        if (everything || isTooMuch) {
            wantingAll.add(from);
        } else {
            wantingAll.remove(from);
        }
    }

    /** Whether this one comes behind all that the node has published before; it is the last then. */
    boolean isNew(long from, PubSubMessage.Publication publication) {
        Source source = sources.computeIfAbsent(from, node -> new Source());
        if (publication.start() > source.start) {
            restart(from, source, publication.start());
        }
        if (publication.start() < source.start || publication.number() <= source.lastNumber) {
            return false;
        }
        source.lastNumber = publication.number();
        return true;
    }

    /** The nodes that want what is published there, in the order of their ids. */
    long[] whoWants(Topic channel) {
        long[] direct = channels.getOrDefault(channel, NOBODY);
        boolean mayMatch = !patterns.isEmpty() && channel.kind() == Topic.Kind.CHANNEL;
        if (!mayMatch && wantingAll.isEmpty()) {
            return direct;
        }
        TreeSet<Long> all = new TreeSet<>(wantingAll);
        Arrays.stream(direct).forEach(all::add);
        if (mayMatch) {
            patterns.forEach((pattern, nodes) -> {
                if (Glob.matches(pattern.name(), channel.name())) {
                    Arrays.stream(nodes).forEach(all::add);
                }
            });
        }
        return all.stream().mapToLong(Long::longValue).toArray();
    }

    /** Nodes that are gone for good want nothing. */
    void forgetIf(LongPredicate isGone) {
        List.copyOf(sources.keySet()).stream().filter(isGone::test).forEach(node -> {
            Source source = sources.remove(node);
            if (source != null) {
                clear(node, source);
            }
        });
    }

    private void clear(long node, Source source) {
        for (Topic topic : List.copyOf(source.topics)) {
            remove(node, source, topic);
        }
        wantingAll.remove(node);
    }

    private void add(long node, Source source, Topic topic) {
        if (source.topics.add(topic)) {
            source.nameBytes += topic.name().length;
            topics++;
            index(topic).merge(topic, new long[] {node}, RemoteInterest::with);
        }
    }

    private void remove(long node, Source source, Topic topic) {
        if (source.topics.remove(topic)) {
            source.nameBytes -= topic.name().length;
            topics--;
            index(topic).computeIfPresent(topic, (same, nodes) -> nodes.length == 1 ? null : without(nodes, node));
        }
    }

    private Map<Topic, long[]> index(Topic topic) {
        return topic.kind() == Topic.Kind.PATTERN ? patterns : channels;
    }

    private static long[] with(long[] some, long[] one) {
        long[] all = Arrays.copyOf(some, some.length + 1);
        all[some.length] = one[0];
        Arrays.sort(all);
        return all;
    }

    private static long[] without(long[] some, long one) {
        return Arrays.stream(some).filter(node -> node != one).toArray();
    }
}
