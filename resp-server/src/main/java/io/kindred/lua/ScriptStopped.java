package io.kindred.lua;

/** A bound was reached, or the run was stopped: no protected call catches it. */
public final class ScriptStopped extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** Why. */
    public enum Cause {
        INSTRUCTIONS,
        MEMORY,
        STOPPED
    }

    private final Cause reason;

    ScriptStopped(Cause reason) {
        super(reason.name(), null, false, false);
        this.reason = reason;
    }

    public Cause reason() {
        return reason;
    }
}
