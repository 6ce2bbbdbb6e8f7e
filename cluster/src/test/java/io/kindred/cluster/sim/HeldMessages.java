package io.kindred.cluster.sim;

import io.kindred.cluster.message.ExchangeMessage;
import io.kindred.cluster.message.HandoffMessage;
import io.kindred.cluster.message.Message;
import io.kindred.cluster.message.RequestMessage;
import java.util.ArrayList;
import java.util.List;

/** Messages that a test keeps on their way, for as long as it says: it lets them go, late, or loses them. */
final class HeldMessages {
    private static final long AT_ONCE_NANOS = 1_000;

    /** Everything that brings versions. */
    private static final List<Class<? extends Message>> VERSIONS = List.of(
            RequestMessage.Deltas.class,
            HandoffMessage.HandOver.class,
            ExchangeMessage.ExchangeObjects.class,
            ExchangeMessage.ExchangeObjectsReply.class,
            ExchangeMessage.BucketKeysReply.class);

    private final SimNetwork network;
    private final Choice choice;
    private final List<Held> held = new ArrayList<>();

    interface Choice {
        boolean takes(SimNode from, SimNode to, Message message);
    }

    private record Held(SimNode from, SimNode to, Message message) {}

    HeldMessages(SimNetwork network, Choice choice) {
        this.network = network;
        this.choice = choice;
        network.hold(this);
    }

    interface Way {
        boolean isFromTo(SimNode from, SimNode to);
    }

    /** Whatever brings versions on some ways. */
    static HeldMessages ofVersions(SimNetwork network, Way way) {
        return new HeldMessages(
                network, (from, to, message) -> way.isFromTo(from, to) && VERSIONS.contains(message.getClass()));
    }

    boolean takes(SimNode from, SimNode to, Message message) {
        boolean isChosen = choice.takes(from, to, message);
        if (isChosen) {
            held.add(new Held(from, to, message));
        }
        return isChosen;
    }

    int count() {
        return held.size();
    }

    List<Message> messages() {
        return held.stream().map(Held::message).toList();
    }

    /** They arrive now, in their order, and no more are kept. */
    void release() {
        network.holdNoMore(this);
        List<Held> all = List.copyOf(held);
        held.clear();
        for (int i = 0; i < all.size(); i++) {
            Held each = all.get(i);
            if (network.isOpen(each.from, each.to)) {
                network.deliver(each.from, each.to, each.message, (i + 1) * AT_ONCE_NANOS);
            }
        }
    }

    /** They are lost, and no more are kept. */
    void lose() {
        network.holdNoMore(this);
        held.clear();
    }
}
