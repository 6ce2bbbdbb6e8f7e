package io.kindred.cluster.wire;

import io.kindred.cluster.core.RandomSource;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Accepted connections that have not proven themselves yet, in the order in which they came, up to a limit. At the limit a
 * newer one is given the room of an older one.
 *
 * <p>A node's first frame is vouched for ({@link SecretProof#vouch}): one who has said such a frame makes room only where all
 * have. (Of several that have said the same one, the first counts: the others have listened to it.) Of the rest, those of
 * the address that has most of them make room: first the oldest that has said something else, for no node of this
 * version would, and then one of those that have said nothing, drawn from the older half of them. So strangers do not keep a
 * node out, however fast they come, neither from elsewhere nor from its own address: its first frame comes within one round
 * trip, and should it have been displaced by then, chance lets it through when it dials again.
 *
 * <p>Owned by: the event loop.
 */
final class Pending {

    private final int max;
    private final RandomSource random;
    private final Map<Connection, String> hosts = new LinkedHashMap<>();

    /** Of one address, in the order in which they came. */
    private static final class Crowd {
        final List<Connection> strangers = new ArrayList<>();
        final List<Connection> silent = new ArrayList<>();

        int size() {
            return strangers.size() + silent.size();
        }

        /** Where as many come from each of several addresses, the one of which it is known that they are strangers. */
        boolean isLargerThan(@Nullable Crowd other) {
            return other == null
                    || size() > other.size()
                    || (size() == other.size() && other.strangers.isEmpty() && !strangers.isEmpty());
        }
    }

    Pending(int max, RandomSource random) {
        this.max = max;
        this.random = random;
    }

    /** Whom the next one takes the room of; null: there is room. */
    @Nullable
    Connection displaced() {
        if (hosts.size() < max) {
            return null;
        }
        Crowd largest = null;
        for (Crowd crowd : crowds().values()) {
            if (crowd.isLargerThan(largest)) {
                largest = crowd;
            }
        }
        if (largest == null) {
            return hosts.keySet().iterator().next();
        }
        if (!largest.strangers.isEmpty()) {
            return largest.strangers.get(0);
        }
        return largest.silent.get(random.nextInt((largest.silent.size() + 1) / 2));
    }

    /** All that are not vouched for, by address, in the order in which the first of each came. */
    private Map<String, Crowd> crowds() {
        Set<ByteBuffer> vouchers = new HashSet<>();
        Map<String, Crowd> crowds = new LinkedHashMap<>();
        hosts.forEach((connection, host) -> {
            ByteBuffer voucher = connection.voucher();
            if (voucher == null || !vouchers.add(voucher)) {
                Crowd crowd = crowds.computeIfAbsent(host, each -> new Crowd());
                (connection.hasBegun() ? crowd.strangers : crowd.silent).add(connection);
            }
        });
        return crowds;
    }

    void add(Connection connection, String host) {
        hosts.put(connection, host);
    }

    void remove(Connection connection) {
        hosts.remove(connection);
    }

    int size() {
        return hosts.size();
    }

    List<Connection> takeAll() {
        List<Connection> all = new ArrayList<>(hosts.keySet());
        hosts.clear();
        return all;
    }
}
