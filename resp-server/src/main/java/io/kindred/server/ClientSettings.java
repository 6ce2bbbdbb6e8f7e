package io.kindred.server;

/** The directives that connections obey. They are looked at again where they apply, so CONFIG SET works at once. */
public interface ClientSettings {
    ServerLimits limits();

    /** Whether a new connection must authenticate first. */
    boolean passwordRequired();

    /** {@code timeout}: an idle client is closed after so long; 0: never. */
    int timeoutSeconds();

    /** {@code tcp-keepalive}: how often a silent peer is probed; 0: never. Looked at when a client connects. */
    int keepAliveSeconds();

    /** From when on a command is slow. Always the same object until a directive changes. */
    SlowLimits slow();
}
