package io.kindred.command;

/**
 * As whom a client has authenticated. There is one user, {@link #NAME}.
 *
 * <p>Owned by: the connection's loop thread.
 */
public final class ClientUser {
    public static final String NAME = "default";

    private boolean authenticated;

    /** @param authenticated true where no password is asked */
    public ClientUser(boolean authenticated) {
        this.authenticated = authenticated;
    }

    /** True too where no password is asked. */
    public boolean isAuthenticated() {
        return authenticated;
    }

    /** The client has said the right password. */
    public void authenticate() {
        authenticated = true;
    }

    /** @param passwordRequired whether it has to be said anew */
    void reset(boolean passwordRequired) {
        authenticated = !passwordRequired;
    }
}
