package io.kindred.lua;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The function that is being parsed: which names are visible, and which it shares with outer ones. */
final class Scope {
    private static final int LOCALS_MAX = 200;
    private static final int SHARED_MAX = 60;

    final @Nullable Scope outer;
    private final int line;
    private final List<Node.Local> visible = new ArrayList<>();
    private final List<String> sharedNames = new ArrayList<>();
    final List<Node.Capture> captures = new ArrayList<>();
    boolean isVararg;
    boolean usesVarargs;
    boolean hasArg;
    int loops;

    Scope(@Nullable Scope outer, int line) {
        this.outer = outer;
        this.line = line;
    }

    Node.Local declare(Node.Local local, Lexer lexer) throws SyntaxError {
        if (visible.size() >= LOCALS_MAX) {
            throw limit(lexer, LOCALS_MAX, "local variables");
        }
        visible.add(local);
        return local;
    }

    int mark() {
        return visible.size();
    }

    void release(int mark) {
        while (visible.size() > mark) {
            visible.remove(visible.size() - 1);
        }
    }

    Node.Expr resolve(LuaString name, Lexer lexer) throws SyntaxError {
        String text = name.latin();
        Node.Local local = find(text);
        if (local != null) {
            return new Node.LocalName(local);
        }
        int shared = share(text, lexer);
        return shared >= 0 ? new Node.SharedName(shared, text) : new Node.GlobalName(name, lexer.lastLine);
    }

    private Node.@Nullable Local find(String name) {
        for (int i = visible.size() - 1; i >= 0; i--) {
            if (visible.get(i).name.equals(name)) {
                return visible.get(i);
            }
        }
        return null;
    }

    /** The index of what this function shares under that name, or -1 if it is a global. */
    private int share(String name, Lexer lexer) throws SyntaxError {
        int known = sharedNames.indexOf(name);
        if (outer == null) {
            return -1;
        }
        Node.Local local = outer.find(name);
        if (known >= 0 && local == captures.get(known).local()) {
            return known;
        }
        int index = -1;
        if (local != null) {
            local.isCaptured = true;
        } else {
            index = outer.share(name, lexer);
            if (index < 0) {
                return -1;
            }
        }
        Node.Capture capture = new Node.Capture(local, index);
        int at = captures.indexOf(capture);
        if (at >= 0) {
            return at;
        }
        if (captures.size() >= SHARED_MAX) {
            throw limit(lexer, SHARED_MAX, "upvalues");
        }
        captures.add(capture);
        sharedNames.add(name);
        return captures.size() - 1;
    }

    private SyntaxError limit(Lexer lexer, int max, String what) {
        String where = line == 0 ? "main function" : "function at line " + line;
        return lexer.error(where + " has more than " + max + " " + what);
    }

    SyntaxError tooComplex(Lexer lexer) {
        return lexer.error("function or expression too complex");
    }
}
