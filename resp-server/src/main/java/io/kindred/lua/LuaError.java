package io.kindred.lua;

import org.jspecify.annotations.Nullable;

/** An error of the language: what {@code error} throws and {@code pcall} catches. */
public final class LuaError extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** Who is to say where it happened. */
    private enum Place {
        /** A library: the line that called it, if Lua called it. */
        CALLER,
        /** The language itself: the line that is run, if Lua runs. */
        LINE,
        /** It was said, or nobody is to. */
        DONE
    }

    private transient @Nullable Object value;
    private Place place;
    private int line = -1;
    private String source = "";
    private final int argument;

    private LuaError(@Nullable Object value, Place place, int argument) {
        super(null, null, false, false);
        this.value = value;
        this.place = place;
        this.argument = argument;
    }

    /** With any value, as {@code error} throws it. */
    public static LuaError of(@Nullable Object value) {
        return new LuaError(value, Place.DONE, 0);
    }

    /** A text of a library's function; the line of its caller is put before it. */
    public static LuaError library(String text) {
        return new LuaError(LuaString.ascii(text), Place.CALLER, 0);
    }

    /** A text of the language; the line that runs is put before it, unless a library runs. */
    static LuaError core(String text) {
        return new LuaError(LuaString.ascii(text), Place.LINE, 0);
    }

    /** A wrong argument; the name by which the function was called is put before it. {@code index} counts from 1. */
    public static LuaError argument(int index, String text) {
        return new LuaError(LuaString.ascii(text), Place.CALLER, index == 0 ? Integer.MIN_VALUE : index);
    }

    public @Nullable Object value() {
        return value;
    }

    /** The line of the innermost Lua function that it passed, or -1. */
    public int line() {
        return line;
    }

    /** The name of that function's chunk, as {@code @user_script}. */
    public String source() {
        return source;
    }

    /** Called by Lua code: in a frame that runs this line. */
    void passes(Frame frame, boolean inLibrary) {
        if (place == Place.LINE && inLibrary) {
            place = Place.DONE;
        }
        if (place == Place.CALLER && argument != 0) {
            nameArgument(frame.closure.proto.nameOfCall(frame.pc));
        }
        if (place != Place.DONE) {
            value = LuaString.ascii(frame.where() + text());
            place = Place.DONE;
        }
        if (line < 0) {
            line = frame.line();
            source = frame.closure.proto.source;
        }
    }

    /** Called by a library: nobody knows its line. */
    void passesLibrary() {
        if (place == Place.CALLER && argument != 0) {
            nameArgument(null);
        }
        place = Place.DONE;
    }

    private void nameArgument(@Nullable String kindAndName) {
        int index = argument == Integer.MIN_VALUE ? 0 : argument;
        String name = "?";
        if (kindAndName != null) {
            name = kindAndName.substring(kindAndName.indexOf('\'') + 1, kindAndName.length() - 1);
            if (kindAndName.startsWith("method")) {
                index--;
                if (index == 0) {
                    value = LuaString.ascii("calling '" + name + "' on bad self (" + text() + ")");
                    return;
                }
            }
        }
        value = LuaString.ascii("bad argument #" + index + " to '" + name + "' (" + text() + ")");
    }

    private String text() {
        return value instanceof LuaString s ? s.latin() : "";
    }

    @Override
    public String getMessage() {
        return value instanceof LuaString s ? s.latin() : String.valueOf(value);
    }
}
