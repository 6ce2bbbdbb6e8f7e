package io.kindred.command;

/** Sessions of clients that are not there. */
final class TestSessions {
    private TestSessions() {}

    /** Authenticated, and never held up. */
    static Session open() {
        ClientIdentity.Addresses addresses = new ClientIdentity.Addresses("127.0.0.1:1", "127.0.0.1:2", false);
        return new Session(new ClientIdentity(1, addresses, 0), new ClientUser(true), Admission.OPEN);
    }
}
