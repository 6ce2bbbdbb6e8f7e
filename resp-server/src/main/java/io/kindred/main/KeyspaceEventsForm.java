package io.kindred.main;

import io.kindred.command.KeyspaceEvents;
import org.jspecify.annotations.Nullable;

/** The letters of {@code notify-keyspace-events}. */
record KeyspaceEventsForm() implements ValueForm {
    @Override
    public @Nullable String problem(String value) {
        return KeyspaceEvents.problem(value);
    }

    @Override
    public String values() {
        return "letters of Ag$lshzxeKEtmdn, or nothing";
    }

    @Override
    public String canonical(String value) {
        return KeyspaceEvents.canonical(value);
    }
}
