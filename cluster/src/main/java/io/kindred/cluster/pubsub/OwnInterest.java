package io.kindred.cluster.pubsub;

import io.kindred.cluster.message.Topic;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What this node's clients have subscribed to. Changes are numbered, and each topic has the number of the change by which it
 * came; topics stand in the order of their numbers.
 *
 * <p>Owned by: the core's thread.
 */
final class OwnInterest {
    private final PubSubLimits limits;
    private final Map<Topic, Long> changes = new LinkedHashMap<>();
    private long lastChange;
    private long nameBytes;
    private boolean tooMany;

    OwnInterest(PubSubLimits limits) {
        this.limits = limits;
    }

    /** Whether it was not there. */
    boolean add(Topic topic) {
        if (changes.putIfAbsent(topic, lastChange + 1) != null) {
            return false;
        }
        lastChange++;
        nameBytes += topic.name().length;
        return true;
    }

    /** Whether it was there. */
    boolean remove(Topic topic) {
        if (changes.remove(topic) == null) {
            return false;
        }
        lastChange++;
        nameBytes -= topic.name().length;
        return true;
    }

    /** Whether it has become too many to tell, or has become few enough again, since this was asked last. */
    boolean turnsOver() {
        int share = tooMany ? 2 : 1;
        boolean now = changes.size() > limits.topicsMax() / share || nameBytes > limits.topicBytesMax() / share;
        boolean turned = now != tooMany;
        tooMany = now;
        return turned;
    }

    /** Whether all that is published anywhere is wanted, for the topics are too many to tell. */
    boolean isTooMany() {
        return tooMany;
    }

    boolean has(Topic topic) {
        return changes.containsKey(topic);
    }

    /** The change by which a topic came; 0: it is not there. */
    long changeOf(Topic topic) {
        return changes.getOrDefault(topic, 0L);
    }

    long lastChange() {
        return lastChange;
    }

    int size() {
        return changes.size();
    }

    /** Topics with their changes, in the order of these. Not to be changed. */
    Map<Topic, Long> all() {
        return changes;
    }
}
