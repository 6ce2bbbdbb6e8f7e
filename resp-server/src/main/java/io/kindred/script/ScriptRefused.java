package io.kindred.script;

import io.kindred.cluster.message.Reply;

/** A text is no script; the client is told {@link #reply}. */
public final class ScriptRefused extends Exception {
    private static final long serialVersionUID = 1;

    private final String text;

    ScriptRefused(String text) {
        super(text, null, false, false);
        this.text = text;
    }

    public Reply reply() {
        return Reply.error(text);
    }
}
