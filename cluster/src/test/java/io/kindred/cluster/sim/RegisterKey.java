package io.kindred.cluster.sim;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A key that SET NX, GETSET, GETDEL, DEL and APPEND write, no plain SET among them: what they were answered and what is
 * there at the end is what some order gives in which each takes effect, whole, between its beginning and its end; one that
 * nobody heard of takes effect at some later time, or never ({@link Linearization}).
 */
final class RegisterKey extends ValueKey {
    /** As many as the search is made for; those that may come at any later time make it long. */
    private static final int CALLS_MAX = 60;

    private static final int UNSURE_MAX = 10;

    RegisterKey(ValueHistory history, String name) {
        super(history, name);
    }

    @Override
    boolean isFull() {
        return super.isFull() || calls.size() >= CALLS_MAX || unsure() >= UNSURE_MAX;
    }

    @Override
    void begun(ValueCall call) {}

    @Override
    void acknowledged(ValueCall call) {}

    /** A value that nobody has acknowledged yet is seen by one read and not by the next: only the bounds hold for it. */
    @Override
    Reading beginRead() {
        return (value, isStrict) -> checkWritten(value, "a read");
    }

    private void checkWritten(@Nullable String value, String where) {
        List<String> tokens = value == null ? List.of() : List.of(value.split(",", -1));
        for (String token : tokens) {
            if (tokens.indexOf(token) != tokens.lastIndexOf(token) || !mayHaveWritten(token)) {
                throw violation(where + " finds " + value + ": " + token + " was never applied, or twice");
            }
        }
    }

    private boolean mayHaveWritten(String token) {
        return calls.stream()
                .filter(call -> call.args.size() > 1 && call.token().equals(token))
                .anyMatch(call -> call.end != ValueCall.End.NOTHING);
    }

    @Override
    void checkEnd(@Nullable String value) {
        checkWritten(value, "the end");
        if (isExact() && !new Linearization(calls, value).exists()) {
            throw violation("no order of its updates explains their replies and " + value + " at the end:\n"
                    + String.join("\n", calls.stream().map(ValueCall::toString).toList()));
        }
    }
}
