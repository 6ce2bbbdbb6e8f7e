package io.kindred.command;

import io.kindred.cluster.message.Topic;
import io.kindred.cluster.pubsub.KeyspaceChannels;
import io.kindred.metrics.MetricSet;
import java.nio.charset.StandardCharsets;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Keyspace notifications: which of them this node tells ({@code notify-keyspace-events}), and their way to whoever has subscribed,
 * at any node. What happened is found by {@link KeyEvents}; {@link TellingKeys} hears when W have it.
 *
 * <p>Owned by: the loop thread.
 */
public final class KeyspaceEvents {
    public static final MetricSet<KeyspaceEvents> METRICS = MetricSet.<KeyspaceEvents>of(KeyspaceEvents.class)
            .counter(
                    "keyspace_events_told",
                    "Keyspace notifications of this node, once for each channel.",
                    events -> events.told)
            .build();

    /** In the order in which CONFIG GET shows them; A stands for those before n. */
    private static final String CLASSES = "g$lshzxetdn";

    private static final String ALL = "g$lshzxetd";
    private static final String CHANNELS = "KE";
    private static final String KNOWN = CLASSES + CHANNELS + "mA";

    private String flags = "";
    private boolean on;
    private BiConsumer<Topic, byte[]> publisher = (channel, payload) -> {};
    private long told;

    /** What happened to a key. {@code kind} is its letter in the directive. */
    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    public record Event(char kind, String name, int db, byte[] key) {}

    /** What is wrong with a value of the directive; null: nothing. */
    public static @Nullable String problem(String value) {
        return value.chars().allMatch(letter -> KNOWN.indexOf(letter) >= 0)
                ? null
                : "Invalid event class character. Use 'Ag$lshzxeKEtmdn'.";
    }

    /** As CONFIG GET shows it: as that of Redis 7.0, which leaves n out beside A. Requires: no problem. */
    public static String canonical(String value) {
        String given = expanded(value);
        StringBuilder shown = new StringBuilder();
        boolean isAll = ALL.chars().allMatch(letter -> given.indexOf(letter) >= 0);
        append(isAll ? shown.append('A') : shown, isAll ? "n" : CLASSES, given);
        return append(shown, CHANNELS + "m", given).toString();
    }

    private static StringBuilder append(StringBuilder shown, String letters, String given) {
        letters.chars().filter(letter -> given.indexOf(letter) >= 0).forEach(letter -> shown.append((char) letter));
        return shown;
    }

    private static String expanded(String value) {
        return value.replace("A", ALL);
    }

    /** Uses a value of the directive. */
    public void use(String value) {
        flags = expanded(value);
        boolean hasChannel = isOn('K') || isOn('E');
        on = hasChannel && flags.chars().anyMatch(letter -> CHANNELS.indexOf(letter) < 0);
    }

    /** Where events go. */
    public void publishBy(BiConsumer<Topic, byte[]> channelAndPayload) {
        publisher = channelAndPayload;
    }

    /** Whether any event is told at all: the one question that a write asks while there are none. */
    boolean isOn() {
        return on;
    }

    /** Whether events of this kind, or on these channels, are told. */
    public boolean isOn(char letter) {
        return flags.indexOf(letter) >= 0;
    }

    void tell(Event event) {
        if (!isOn(event.kind())) {
            return;
        }
        byte[] name = event.name().getBytes(StandardCharsets.US_ASCII);
        if (isOn('K')) {
            publish(KeyspaceChannels.ofKey(event.db(), event.key()), name);
        }
        if (isOn('E')) {
            publish(KeyspaceChannels.ofEvent(event.db(), name), event.key());
        }
    }

    private void publish(Topic channel, byte[] payload) {
        told++;
        publisher.accept(channel, payload);
    }
}
