package io.kindred.server;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The clients that are connected, in the order of their ids.
 *
 * <p>Owned by: the loop thread.
 */
public final class ClientRegistry {
    /** Ids rise, so the order of insertion is theirs. */
    private final Map<Long, ClientConnection> connections = new LinkedHashMap<>();

    private long lastId;

    public int size() {
        return connections.size();
    }

    long nextId() {
        return ++lastId;
    }

    void add(ClientConnection connection) {
        connections.put(connection.session().identity().id(), connection);
    }

    void remove(ClientConnection connection) {
        connections.remove(connection.session().identity().id());
    }

    @Nullable
    ClientConnection find(long id) {
        return connections.get(id);
    }

    /** A copy, so that the one who walks through it may close clients. */
    List<ClientConnection> all() {
        return new ArrayList<>(connections.values());
    }
}
