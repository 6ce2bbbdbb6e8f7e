package io.kindred.cluster.pubsub;

import io.kindred.metrics.MetricSet;

/** What was published between nodes, since this one's start. Owned by: the core's thread. */
public final class PubSubCounters {
    public static final MetricSet<PubSubCounters> METRICS = MetricSet.<PubSubCounters>of(PubSubCounters.class)
            .counter(
                    "publications_sent",
                    "What clients published here, once for each node that it was sent to.",
                    c -> c.sent)
            .counter("publications_received", "What other nodes sent, of what was published there.", c -> c.received)
            .counter(
                    "publications_repeated",
                    "What other nodes sent, and was dropped because it, or a later one, had come before.",
                    c -> c.repeated)
            .gauge("topics_own", "Channels and patterns that this node tells the others of.", c -> c.topicsOwn)
            .gauge(
                    "topics_elsewhere",
                    "Channels and patterns that the other nodes have told of, once for each node.",
                    c -> c.topicsElsewhere)
            .gauge(
                    "topics_untold",
                    "Whether this node has more topics than it tells, and is sent all that is published.",
                    c -> c.untold)
            .counter("topic_tellings", "Times that another node was told all of these anew.", c -> c.tellings)
            .counter(
                    "subscribe_timeouts",
                    "SUBSCRIBEs that were confirmed before every connected node had acknowledged them.",
                    c -> c.timeouts)
            .build();

    long sent;
    long received;
    long repeated;
    long topicsOwn;
    long topicsElsewhere;
    long untold;
    long tellings;
    long timeouts;

    PubSubCounters() {}

    public long sent() {
        return sent;
    }

    public long received() {
        return received;
    }

    public long repeated() {
        return repeated;
    }

    public long topicsElsewhere() {
        return topicsElsewhere;
    }

    public long tellings() {
        return tellings;
    }

    public long timeouts() {
        return timeouts;
    }
}
