package io.kindred.lua;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The expressions of the grammar, for {@link Parser}. */
final class Expressions {
    /** What a tree may be deep: more than any script that people write, and little enough for every thread's stack. */
    private static final int DEPTH_MAX = 500;

    private final Parser parser;

    Expressions(Parser parser) {
        this.parser = parser;
    }

    private Lexer lexer() {
        return parser.lexer;
    }

    List<Node.Expr> list() throws SyntaxError {
        List<Node.Expr> list = new ArrayList<>();
        do {
            list.add(expression());
        } while (parser.accept(Token.COMMA));
        return list;
    }

    Node.Expr expression() throws SyntaxError {
        return expression(0);
    }

    private int deeper(int depth) throws SyntaxError {
        if (depth >= DEPTH_MAX) {
            throw parser.scope.tooComplex(lexer());
        }
        return depth + 1;
    }

    Node.Expr index(Node.Expr table, Node.Expr key) throws SyntaxError {
        return new Node.Index(table, key, lexer().lastLine, deeper(Math.max(table.depth(), key.depth())));
    }

    private Node.Expr expression(int limit) throws SyntaxError {
        parser.enter();
        Node.Expr left = unary();
        Node.Operator operator = operator(lexer().token);
        while (operator != null && operator.left > limit) {
            lexer().next();
            Node.Expr right = expression(operator.right);
            int depth = deeper(Math.max(left.depth(), right.depth()));
            left = new Node.Binary(operator, left, right, lexer().lastLine, depth);
            operator = operator(lexer().token);
        }
        parser.leave();
        return left;
    }

    private Node.Expr unary() throws SyntaxError {
        int op = switch (lexer().token) {
            case NOT -> Op.NOT;
            case MINUS -> Op.UNM;
            case HASH -> Op.LEN;
            default -> -1;
        };
        if (op < 0) {
            return simple();
        }
        lexer().next();
        Node.Expr operand = expression(Node.Operator.UNARY_PRIORITY);
        if (op == Op.UNM && operand instanceof Node.Constant c && c.value() instanceof Double d) {
            return new Node.Constant(-d);
        }
        return new Node.Unary(op, operand, lexer().lastLine, deeper(operand.depth()));
    }

    private static Node.@Nullable Operator operator(Token token) {
        return switch (token) {
            case PLUS -> Node.Operator.ADD;
            case MINUS -> Node.Operator.SUB;
            case STAR -> Node.Operator.MUL;
            case SLASH -> Node.Operator.DIV;
            case PERCENT -> Node.Operator.MOD;
            case CARET -> Node.Operator.POW;
            case CONCAT -> Node.Operator.CONCAT;
            case NE -> Node.Operator.NE;
            case EQ -> Node.Operator.EQ;
            case LT -> Node.Operator.LT;
            case LE -> Node.Operator.LE;
            case GT -> Node.Operator.GT;
            case GE -> Node.Operator.GE;
            case AND -> Node.Operator.AND;
            case OR -> Node.Operator.OR;
            default -> null;
        };
    }

    private Node.Expr simple() throws SyntaxError {
        Lexer lexer = lexer();
        Node.Expr constant = switch (lexer.token) {
            case NUMBER -> new Node.Constant(Numbers.box(lexer.number));
            case STRING -> new Node.Constant(lexer.string);
            case NIL -> new Node.Constant(null);
            case TRUE -> new Node.Constant(true);
            case FALSE -> new Node.Constant(false);
            default -> null;
        };
        if (constant != null) {
            lexer.next();
            return constant;
        }
        switch (lexer.token) {
            case DOTS -> {
                if (!parser.scope.isVararg) {
                    throw lexer.errorNear("cannot use '...' outside a vararg function");
                }
                parser.scope.usesVarargs = true;
                lexer.next();
                return new Node.Varargs(lexer.lastLine);
            }
            case OPEN_BRACE -> {
                return table();
            }
            case FUNCTION -> {
                int line = lexer.line;
                lexer.next();
                return parser.function(false, line);
            }
            default -> {
                return suffixed();
            }
        }
    }

    /** A name or parentheses, and what follows: fields, indexes, calls. */
    Node.Expr suffixed() throws SyntaxError {
        Lexer lexer = lexer();
        Node.Expr expr = primary();
        while (true) {
            switch (lexer.token) {
                case DOT -> {
                    lexer.next();
                    expr = index(expr, new Node.Constant(parser.name()));
                }
                case OPEN_BRACKET -> {
                    lexer.next();
                    Node.Expr key = expression();
                    parser.expect(Token.CLOSE_BRACKET);
                    expr = index(expr, key);
                }
                case COLON -> {
                    lexer.next();
                    LuaString method = parser.name();
                    expr = call(expr, method);
                }
                case OPEN, STRING, OPEN_BRACE -> expr = call(expr, null);
                default -> {
                    return expr;
                }
            }
        }
    }

    private Node.Expr primary() throws SyntaxError {
        Lexer lexer = lexer();
        if (lexer.token == Token.OPEN) {
            int line = lexer.line;
            lexer.next();
            Node.Expr inner = expression();
            parser.expectMatch(Token.CLOSE, Token.OPEN, line);
            return new Node.Paren(inner, deeper(inner.depth()));
        }
        if (lexer.token != Token.NAME) {
            throw lexer.errorNear("unexpected symbol");
        }
        return parser.scope.resolve(parser.name(), lexer);
    }

    private Node.Expr call(Node.Expr function, @Nullable LuaString method) throws SyntaxError {
        Lexer lexer = lexer();
        int line = lexer.line;
        List<Node.Expr> args;
        switch (lexer.token) {
            case OPEN -> {
                if (line != lexer.lastLine) {
                    throw lexer.errorNear("ambiguous syntax (function call x new statement)");
                }
                lexer.next();
                args = lexer.token == Token.CLOSE ? List.of() : list();
                parser.expectMatch(Token.CLOSE, Token.OPEN, line);
            }
            case STRING -> {
                args = List.of(new Node.Constant(lexer.string));
                lexer.next();
            }
            case OPEN_BRACE -> args = List.of(table());
            default -> throw lexer.errorNear("function arguments expected");
        }
        int depth = function.depth();
        for (Node.Expr arg : args) {
            depth = Math.max(depth, arg.depth());
        }
        return new Node.Call(function, method, args, line, deeper(depth));
    }

    private Node.Expr table() throws SyntaxError {
        Lexer lexer = lexer();
        int line = lexer.line;
        parser.expect(Token.OPEN_BRACE);
        List<Node.Field> fields = new ArrayList<>();
        int depth = 0;
        while (lexer.token != Token.CLOSE_BRACE) {
            Node.Field field = field();
            Node.Expr key = field.key();
            depth = Math.max(depth, Math.max(field.value().depth(), key == null ? 0 : key.depth()));
            fields.add(field);
            if (!parser.accept(Token.COMMA) && !parser.accept(Token.SEMICOLON)) {
                break;
            }
        }
        parser.expectMatch(Token.CLOSE_BRACE, Token.OPEN_BRACE, line);
        return new Node.Table(fields, line, deeper(depth));
    }

    private Node.Field field() throws SyntaxError {
        Lexer lexer = lexer();
        Node.Expr key = null;
        if (lexer.token == Token.NAME && lexer.peek() == Token.ASSIGN) {
            key = new Node.Constant(parser.name());
            lexer.next();
        } else if (lexer.token == Token.OPEN_BRACKET) {
            lexer.next();
            key = expression();
            parser.expect(Token.CLOSE_BRACKET);
            parser.expect(Token.ASSIGN);
        }
        Node.Expr value = expression();
        return new Node.Field(key, value, lexer.lastLine);
    }
}
