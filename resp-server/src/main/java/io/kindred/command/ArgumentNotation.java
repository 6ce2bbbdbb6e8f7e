package io.kindred.command;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Reads arguments from the notation that {@link CommandArguments} is written in. Items stand one after the other:
 *
 * <pre>
 *   name:type            an argument; the type is one of {@link Argument.Type}, as string, unix-time
 *   TOKEN                a word that is given as it is
 *   TOKEN=name:type      an argument behind a word
 *   name(a b)            a block of items
 *   name(a | b)          one of several
 *   item...              given once or more
 *   [item]               may be left out
 * </pre>
 */
final class ArgumentNotation {
    private final String text;
    private int at;

    private ArgumentNotation(String text) {
        this.text = text;
    }

    /** Requires: the notation is right. */
    static List<Argument> parse(String text) {
        ArgumentNotation notation = new ArgumentNotation(text);
        List<Argument> items = notation.items();
        if (notation.at != text.length()) {
            throw notation.wrong();
        }
        return items;
    }

    private List<Argument> items() {
        List<Argument> items = new ArrayList<>();
        for (skipBlanks(); at < text.length() && "])|".indexOf(text.charAt(at)) < 0; skipBlanks()) {
            items.add(item());
        }
        return items;
    }

    private Argument item() {
        Argument item;
        if (takes("[")) {
            item = item().asOptional();
            skipBlanks();
            require("]");
        } else {
            item = named(word());
        }
        return takes("...") ? item.asMultiple() : item;
    }

    private Argument named(String word) {
        if (takes("(")) {
            return group(word);
        }
        if (takes(":")) {
            return new Argument(word, type(word()), null, false, false, List.of());
        }
        if (takes("=")) {
            Argument behind = named(word());
            return new Argument(behind.name(), behind.type(), word, false, false, behind.parts());
        }
        return new Argument(word.toLowerCase(Locale.ROOT), Argument.Type.PURE_TOKEN, word, false, false, List.of());
    }

    private Argument group(String name) {
        List<Argument> first = items();
        if (takes(")")) {
            return new Argument(name, Argument.Type.BLOCK, null, false, false, first);
        }
        List<Argument> choices = new ArrayList<>(List.of(single(first)));
        while (takes("|")) {
            choices.add(single(items()));
        }
        require(")");
        return new Argument(name, Argument.Type.ONEOF, null, false, false, List.copyOf(choices));
    }

    private Argument single(List<Argument> items) {
        if (items.size() != 1) {
            throw wrong();
        }
        return items.get(0);
    }

    private static Argument.Type type(String word) {
        return Argument.Type.valueOf(word.toUpperCase(Locale.ROOT).replace('-', '_'));
    }

    private String word() {
        skipBlanks();
        int from = at;
        while (at < text.length()
                && (Character.isLetterOrDigit(text.charAt(at)) || "-_".indexOf(text.charAt(at)) >= 0)) {
            at++;
        }
        if (from == at) {
            throw wrong();
        }
        return text.substring(from, at);
    }

    private boolean takes(String mark) {
        boolean is = text.startsWith(mark, at);
        at += is ? mark.length() : 0;
        return is;
    }

    private void require(String mark) {
        if (!takes(mark)) {
            throw wrong();
        }
    }

    private void skipBlanks() {
        while (at < text.length() && text.charAt(at) == ' ') {
            at++;
        }
    }

    private IllegalArgumentException wrong() {
        return new IllegalArgumentException("not a notation of arguments at " + at + ": " + text);
    }
}
