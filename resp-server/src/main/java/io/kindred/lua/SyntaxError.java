package io.kindred.lua;

/** A chunk is no Lua; the text is Lua 5.1's, as {@code user_script:1: '=' expected near 'x'}. */
public final class SyntaxError extends Exception {
    private static final long serialVersionUID = 1;

    SyntaxError(String text) {
        super(text, null, false, false);
    }

    /** The text. */
    public String text() {
        String text = getMessage();
        return text == null ? "" : text;
    }
}
