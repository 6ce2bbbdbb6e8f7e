package io.kindred.command;

import io.kindred.cluster.message.QuorumSpec;

/**
 * What commands see and change of the connection that sent them.
 *
 * <p>Owned by: the connection's loop thread.
 */
public interface Session {
    long id();

    int db();

    void db(int db);

    /** 2 or 3. */
    int protocol();

    void protocol(int version);

    /** True too where no password is asked. */
    boolean authenticated();

    void authenticated(boolean yes);

    /** Whether the client speaks TLS, so that it is told of ports where it may. */
    boolean overTls();

    QuorumSpec quorum();

    void quorum(QuorumSpec quorum);

    /** Always the same one: what runs this connection's operations on keys. */
    KeyOrder order();

    /**
     * Asks that no other command of this connection runs beside the one that runs now.
     *
     * @return false: one before it is not answered yet, and it is not to be started; when all are, it is run again
     */
    boolean runAlone();

    /**
     * Asks to write.
     *
     * @return false: the storage is behind, and the command is not to be started; once it is not, it is run again
     */
    boolean mayWrite();

    /**
     * Asks to read something of which nobody knows how long it is.
     *
     * @return false: as many such replies are to come as there is room for, and the command is not to be started; when there
     *     is room, it is run again
     */
    boolean mayRead();

    /** Called before each command that exists and has the right number of arguments: CLIENT LIST shows its name. */
    void running(CommandSpec command);

    /** The command that runs now is started: its answer is counted there. */
    void started(CommandCalls calls);
}
