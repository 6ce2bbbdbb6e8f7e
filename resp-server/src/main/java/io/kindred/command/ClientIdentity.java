package io.kindred.command;

/**
 * Who a client is, and which database and protocol it has chosen: what HELLO, SELECT and CLIENT SETNAME say, and CLIENT LIST
 * shows.
 *
 * <p>Owned by: the connection's loop thread.
 */
public final class ClientIdentity {
    private static final int FIRST_PROTOCOL = 2;

    private final long id;
    private final Addresses addresses;
    private final long createdMillis;
    private int db;
    private int protocol = FIRST_PROTOCOL;
    private String name = "";
    private String libraryName = "";
    private String libraryVersion = "";

    /**
     * Between which two ends the client talks to the node.
     *
     * @param remote {@code host:port} of the client
     * @param local {@code host:port} that it connected to
     * @param tls whether it speaks TLS, so that it is told of ports where it may
     */
    public record Addresses(String remote, String local, boolean tls) {}

    public ClientIdentity(long id, Addresses addresses, long createdMillis) {
        this.id = id;
        this.addresses = addresses;
        this.createdMillis = createdMillis;
    }

    public long id() {
        return id;
    }

    public Addresses addresses() {
        return addresses;
    }

    public long createdMillis() {
        return createdMillis;
    }

    public int db() {
        return db;
    }

    public void db(int number) {
        db = number;
    }

    /** 2 or 3. */
    public int protocol() {
        return protocol;
    }

    public void protocol(int version) {
        protocol = version;
    }

    /** Empty: none. */
    public String name() {
        return name;
    }

    public void name(String newName) {
        name = newName;
    }

    public String libraryName() {
        return libraryName;
    }

    public void libraryName(String newName) {
        libraryName = newName;
    }

    public String libraryVersion() {
        return libraryVersion;
    }

    public void libraryVersion(String version) {
        libraryVersion = version;
    }

    /** The library stays: it is still the one that sends. */
    void reset() {
        db = 0;
        protocol = FIRST_PROTOCOL;
        name = "";
    }
}
