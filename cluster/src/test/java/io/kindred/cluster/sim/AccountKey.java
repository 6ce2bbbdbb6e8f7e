package io.kindred.cluster.sim;

import io.kindred.cluster.sim.SimGroupFunctions.Account;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One of the keys that {@link Accounts} judges together. */
final class AccountKey extends ValueKey {
    private final Accounts accounts;

    AccountKey(ValueHistory history, String name, Accounts accounts) {
        super(history, name);
        this.accounts = accounts;
    }

    static Account account(@Nullable String value) {
        return value == null ? new Account(0, List.of()) : Account.of(value);
    }

    @Override
    boolean isFull() {
        return accounts.isFull();
    }

    @Override
    void begun(ValueCall call) {
        throw new IllegalStateException("accounts have calls of their own");
    }

    @Override
    void acknowledged(ValueCall call) {
        throw new IllegalStateException("accounts have calls of their own");
    }

    @Override
    Reading beginRead() {
        int before = accounts.acknowledgedSoFar();
        return (value, isStrict) ->
                accounts.checkOne(this, account(value), isReadExact(isStrict) ? before : 0, "a read");
    }

    @Override
    void checkEnd(@Nullable String value) {
        accounts.atEnd(this, account(value));
    }
}
