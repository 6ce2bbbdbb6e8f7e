package io.kindred.cluster.wire;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Accepted connections that have not proven themselves yet, in the order in which they came, up to a limit. At the limit a newer
 * one is given the room of an older: of the address that has most of them, the oldest that has said nothing, or else the
 * oldest. A node proves itself within two round trips, so those who only keep connections open do not keep it out,
 * neither from elsewhere nor from its own address.
 *
 * <p>Owned by: the event loop.
 */
final class Pending {

    private final int max;
    private final Map<Connection, String> hosts = new LinkedHashMap<>();

    Pending(int max) {
        this.max = max;
    }

    /** Whom the next one takes the room of; null: there is room. */
    @Nullable
    Connection displaced() {
        if (hosts.size() < max) {
            return null;
        }
        Map<String, Integer> counts = new HashMap<>();
        hosts.values().forEach(host -> counts.merge(host, 1, Integer::sum));
        Connection oldest = null;
        Connection oldestSilent = null;
        int most = 0;
        for (Map.Entry<Connection, String> entry : hosts.entrySet()) {
            int count = counts.getOrDefault(entry.getValue(), 0);
            if (count > most) {
                most = count;
                oldest = entry.getKey();
                oldestSilent = null;
            }
            boolean isOfMost = oldest != null && entry.getValue().equals(hosts.get(oldest));
            if (isOfMost && oldestSilent == null && !entry.getKey().hasBegun()) {
                oldestSilent = entry.getKey();
            }
        }
        return oldestSilent == null ? oldest : oldestSilent;
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
