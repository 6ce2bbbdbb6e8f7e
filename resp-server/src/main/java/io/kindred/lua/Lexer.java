package io.kindred.lua;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Cuts a chunk into tokens, as Lua 5.1 does; its errors have Lua's texts. */
final class Lexer {
    private static final int END = -1;
    private static final Map<String, Token> RESERVED = new HashMap<>();
    private static final Map<Integer, Token> SINGLE = new HashMap<>();

    static {
        for (Token token : Token.values()) {
            if (token.compareTo(Token.WHILE) <= 0) {
                RESERVED.put(token.shown, token);
            } else if (token.shown.length() == 1) {
                SINGLE.put((int) token.shown.charAt(0), token);
            }
        }
    }

    private final byte[] text;
    private final String shownSource;
    private final boolean isOfRun;
    private int position;
    private int current;
    private final ByteArrayOutputStream buffer = new ByteArrayOutputStream();

    /** The token that is looked at, its line, and the line of the one before it. */
    Token token = Token.EOF;

    int line = 1;
    int lastLine = 1;
    double number;
    LuaString string = LuaString.EMPTY;
    private int other;
    private @Nullable Ahead ahead;

    /** A token that was looked at before its turn. */
    private record Ahead(Token token, double number, LuaString string, int other) {}

    Lexer(byte[] text, String source, boolean isOfRun) {
        this.isOfRun = isOfRun;
        this.text = text;
        this.shownSource = ChunkNames.shown(source);
        this.current = text.length > 0 ? text[0] & 0xff : END;
    }

    void next() throws SyntaxError {
        lastLine = line;
        Ahead looked = ahead;
        if (looked != null) {
            ahead = null;
            take(looked);
        } else {
            token = scan();
        }
    }

    private void take(Ahead looked) {
        token = looked.token;
        number = looked.number;
        string = looked.string;
        other = looked.other;
    }

    /** What comes after the token that is looked at. */
    Token peek() throws SyntaxError {
        Ahead now = new Ahead(token, number, string, other);
        Token following = scan();
        ahead = new Ahead(following, number, string, other);
        take(now);
        return following;
    }

    SyntaxError error(String message) {
        return new SyntaxError(shownSource + ":" + line + ": " + message);
    }

    SyntaxError errorNear(String message) {
        return errorNear(message, token);
    }

    private SyntaxError errorNear(String message, Token near) {
        String shown = switch (near) {
            case NAME, STRING, NUMBER -> buffer.toString(StandardCharsets.ISO_8859_1);
            case OTHER -> shownChar(other);
            default -> near.shown;
        };
        int nul = shown.indexOf('\0');
        return error(message + " near '" + (nul < 0 ? shown : shown.substring(0, nul)) + "'");
    }

    private static String shownChar(int c) {
        return c < 32 || c == 127 ? "char(" + c + ")" : Character.toString((char) c);
    }

    private void advance() {
        position++;
        current = position < text.length ? text[position] & 0xff : END;
    }

    private void save() {
        buffer.write(current);
        advance();
    }

    private void newLine() {
        int first = current;
        advance();
        if ((current == '\n' || current == '\r') && current != first) {
            advance();
        }
        line++;
    }

    private Token scan() throws SyntaxError {
        while (true) {
            switch (current) {
                case END -> {
                    return Token.EOF;
                }
                case '\n', '\r' -> newLine();
                case ' ', '\t', 0x0b, '\f' -> advance();
                case '-' -> {
                    advance();
                    if (current != '-') {
                        return Token.MINUS;
                    }
                    comment();
                }
                default -> {
                    buffer.reset();
                    return scanToken();
                }
            }
        }
    }

    private void comment() throws SyntaxError {
        advance();
        if (current == '[') {
            buffer.reset();
            int level = bracketLevel();
            buffer.reset();
            if (level >= 0) {
                longString(level, true);
                buffer.reset();
                return;
            }
        }
        while (current != '\n' && current != '\r' && current != END) {
            advance();
        }
    }

    private Token scanToken() throws SyntaxError {
        switch (current) {
            case '[' -> {
                int level = bracketLevel();
                if (level >= 0) {
                    longString(level, false);
                    return Token.STRING;
                }
                if (level == -1) {
                    return Token.OPEN_BRACKET;
                }
                throw errorNear("invalid long string delimiter", Token.STRING);
            }
            case '=' -> {
                return either('=', Token.EQ, Token.ASSIGN);
            }
            case '<' -> {
                return either('=', Token.LE, Token.LT);
            }
            case '>' -> {
                return either('=', Token.GE, Token.GT);
            }
            case '~' -> {
                other = '~';
                return either('=', Token.NE, Token.OTHER);
            }
            case '"', '\'' -> {
                quoted(current);
                return Token.STRING;
            }
            case '.' -> {
                return dots();
            }
            default -> {
                return wordOrSign();
            }
        }
    }

    private LuaString made(byte[] bytes) {
        return isOfRun ? new LuaString(bytes) : LuaString.constant(bytes);
    }

    private Token either(int second, Token both, Token one) {
        advance();
        if (current == second) {
            advance();
            return both;
        }
        return one;
    }

    private Token dots() throws SyntaxError {
        save();
        if (current == '.') {
            advance();
            if (current == '.') {
                advance();
                return Token.DOTS;
            }
            return Token.CONCAT;
        }
        if (!isDigit(current)) {
            return Token.DOT;
        }
        numeral();
        return Token.NUMBER;
    }

    private Token wordOrSign() throws SyntaxError {
        if (isDigit(current)) {
            numeral();
            return Token.NUMBER;
        }
        if (isLetter(current)) {
            do {
                save();
            } while (isLetter(current) || isDigit(current));
            Token reserved = RESERVED.get(buffer.toString(StandardCharsets.ISO_8859_1));
            if (reserved != null) {
                return reserved;
            }
            string = made(buffer.toByteArray());
            return Token.NAME;
        }
        other = current;
        Token sign = SINGLE.getOrDefault(current, Token.OTHER);
        advance();
        return sign;
    }

    private void numeral() throws SyntaxError {
        do {
            save();
        } while (isDigit(current) || current == '.');
        boolean exponent = current == 'e' || current == 'E';
        if (exponent) {
            save();
            if (current == '+' || current == '-') {
                save();
            }
        }
        while (isLetter(current) || isDigit(current)) {
            save();
        }
        Double value = Numbers.parse(buffer.toByteArray());
        if (value == null) {
            throw errorNear("malformed number", Token.NUMBER);
        }
        number = value;
    }

    /** The number of = between two brackets, with what was read saved; -1 for one bracket, below for what is neither. */
    private int bracketLevel() {
        int bracket = current;
        int count = 0;
        save();
        while (current == '=') {
            save();
            count++;
        }
        return current == bracket ? count : -count - 1;
    }

    private void longString(int level, boolean isComment) throws SyntaxError {
        save();
        if (current == '\n' || current == '\r') {
            newLine();
        }
        while (true) {
            switch (current) {
                case END ->
                    throw errorNear(isComment ? "unfinished long comment" : "unfinished long string", Token.EOF);
                case '[' -> {
                    if (bracketLevel() == level) {
                        save();
                        if (level == 0) {
                            other = '[';
                            throw errorNear("nesting of [[...]] is deprecated", Token.OTHER);
                        }
                    }
                }
                case ']' -> {
                    if (bracketLevel() == level) {
                        save();
                        byte[] all = buffer.toByteArray();
                        int delimiter = level + 2;
                        string = made(java.util.Arrays.copyOfRange(all, delimiter, all.length - delimiter));
                        return;
                    }
                }
                case '\n', '\r' -> {
                    buffer.write('\n');
                    newLine();
                }
                default -> save();
            }
        }
    }

    private void quoted(int quote) throws SyntaxError {
        save();
        while (current != quote) {
            switch (current) {
                case END -> throw errorNear("unfinished string", Token.EOF);
                case '\n', '\r' -> throw errorNear("unfinished string", Token.STRING);
                case '\\' -> escape();
                default -> save();
            }
        }
        save();
        byte[] all = buffer.toByteArray();
        string = made(java.util.Arrays.copyOfRange(all, 1, all.length - 1));
    }

    private void escape() throws SyntaxError {
        advance();
        int simple = "abfnrtv".indexOf(current);
        if (current == END) {
            return;
        }
        if (simple >= 0) {
            buffer.write("\007\b\f\n\r\t\013".charAt(simple));
            advance();
        } else if (current == '\n' || current == '\r') {
            buffer.write('\n');
            newLine();
        } else if (isDigit(current)) {
            int value = 0;
            for (int i = 0; i < 3 && isDigit(current); i++) {
                value = value * 10 + current - '0';
                advance();
            }
            if (value > 255) {
                throw errorNear("escape sequence too large", Token.STRING);
            }
            buffer.write(value);
        } else {
            save();
        }
    }

    private static boolean isDigit(int c) {
        return c >= '0' && c <= '9';
    }

    private static boolean isLetter(int c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_';
    }
}
