package io.kindred.lua;

import java.util.ArrayList;
import java.util.List;

/** Makes the tree of a chunk, function by function, and has the code of each made as it ends. Statements are here. */
final class Parser {
    private static final int LEVELS_MAX = 200;

    final Lexer lexer;
    final String source;
    private final Expressions expressions = new Expressions(this);
    Scope scope = new Scope(null, 0);
    private int levels;

    final Proto.Weight chunk = new Proto.Weight();

    private Parser(byte[] text, String source, boolean isOfRun) {
        this.lexer = new Lexer(text, source, isOfRun);
        this.source = source;
    }

    /** The code of a chunk, which takes varargs and shares nothing. One of a run is counted as long as the run keeps it. */
    static Proto parse(byte[] text, String source, boolean isOfRun) throws SyntaxError {
        Parser parser = new Parser(text, source, isOfRun);
        parser.scope.isVararg = true;
        parser.lexer.next();
        List<Node.Stat> body = parser.block();
        if (parser.lexer.token != Token.EOF) {
            throw parser.expected(Token.EOF);
        }
        Proto proto = new Codegen(parser, List.of(), parser.scope).function(body, parser.lexer.line);
        if (isOfRun) {
            parser.chunk.mark = 0;
            parser.chunk.bytes = proto.bytes();
        }
        return proto;
    }

    SyntaxError expected(Token token) {
        return lexer.errorNear("'" + token.shown + "' expected");
    }

    void enter() throws SyntaxError {
        if (++levels > LEVELS_MAX) {
            throw lexer.error("chunk has too many syntax levels");
        }
    }

    void leave() {
        levels--;
    }

    boolean accept(Token token) throws SyntaxError {
        if (lexer.token != token) {
            return false;
        }
        lexer.next();
        return true;
    }

    void expect(Token token) throws SyntaxError {
        if (!accept(token)) {
            throw expected(token);
        }
    }

    /** Closes what was opened on that line. */
    void expectMatch(Token close, Token open, int line) throws SyntaxError {
        if (!accept(close)) {
            if (line == lexer.line) {
                throw expected(close);
            }
            throw lexer.errorNear(
                    "'" + close.shown + "' expected (to close '" + open.shown + "' at line " + line + ")");
        }
    }

    LuaString name() throws SyntaxError {
        if (lexer.token != Token.NAME) {
            throw expected(Token.NAME);
        }
        LuaString name = lexer.string;
        lexer.next();
        return name;
    }

    /** A function's parameters and body; behind the word {@code function}. */
    Node.Function function(boolean isMethod, int line) throws SyntaxError {
        Scope inner = new Scope(scope, line);
        scope = inner;
        List<Node.Local> parameters = new ArrayList<>();
        if (isMethod) {
            parameters.add(inner.declare(new Node.Local("self"), lexer));
        }
        expect(Token.OPEN);
        if (lexer.token != Token.CLOSE) {
            do {
                if (lexer.token == Token.DOTS) {
                    lexer.next();
                    inner.isVararg = true;
                    break;
                }
                if (lexer.token != Token.NAME) {
                    throw lexer.errorNear("<name> or '...' expected");
                }
                parameters.add(inner.declare(new Node.Local(name().latin()), lexer));
            } while (accept(Token.COMMA));
        }
        List<Node.Local> all = new ArrayList<>(parameters);
        if (inner.isVararg) {
            inner.hasArg = true;
            all.add(inner.declare(new Node.Local("arg"), lexer));
        }
        expect(Token.CLOSE);
        List<Node.Stat> body = block();
        int end = lexer.line;
        expectMatch(Token.END, Token.FUNCTION, line);
        scope = outerOf(inner);
        return new Node.Function(new Codegen(this, all, inner).function(body, end), inner.captures, lexer.lastLine);
    }

    private static Scope outerOf(Scope inner) {
        Scope outer = inner.outer;
        if (outer == null) {
            throw new IllegalStateException("the chunk itself ends otherwise");
        }
        return outer;
    }

    private boolean atBlockEnd() {
        return switch (lexer.token) {
            case ELSE, ELSEIF, END, EOF, UNTIL -> true;
            default -> false;
        };
    }

    /** A block, whose locals go out of sight at its end. */
    private List<Node.Stat> block() throws SyntaxError {
        int mark = scope.mark();
        List<Node.Stat> body = statements();
        scope.release(mark);
        return body;
    }

    private List<Node.Stat> statements() throws SyntaxError {
        List<Node.Stat> body = new ArrayList<>();
        boolean last = false;
        enter();
        while (!last && !atBlockEnd()) {
            Node.Stat stat = statement();
            body.add(stat);
            last = stat instanceof Node.Return || stat instanceof Node.Break;
            accept(Token.SEMICOLON);
        }
        leave();
        return body;
    }

    private Node.Stat statement() throws SyntaxError {
        int line = lexer.line;
        return switch (lexer.token) {
            case IF -> ifStat(line);
            case WHILE -> whileStat(line);
            case DO -> {
                lexer.next();
                List<Node.Stat> body = block();
                expectMatch(Token.END, Token.DO, line);
                yield new Node.Do(body);
            }
            case FOR -> forStat(line);
            case REPEAT -> repeatStat(line);
            case FUNCTION -> functionStat(line);
            case LOCAL -> {
                lexer.next();
                yield accept(Token.FUNCTION) ? localFunction(line) : localStat(line);
            }
            case RETURN -> returnStat(line);
            case BREAK -> {
                lexer.next();
                if (scope.loops == 0) {
                    throw lexer.errorNear("no loop to break");
                }
                yield new Node.Break(line);
            }
            default -> expressionStat();
        };
    }

    private Node.Stat ifStat(int line) throws SyntaxError {
        List<Node.Expr> conditions = new ArrayList<>();
        List<List<Node.Stat>> bodies = new ArrayList<>();
        do {
            lexer.next();
            conditions.add(expressions.expression());
            expect(Token.THEN);
            bodies.add(block());
        } while (lexer.token == Token.ELSEIF);
        List<Node.Stat> otherwise = accept(Token.ELSE) ? block() : null;
        expectMatch(Token.END, Token.IF, line);
        return new Node.If(conditions, bodies, otherwise, line);
    }

    private List<Node.Stat> loopBody() throws SyntaxError {
        scope.loops++;
        List<Node.Stat> body = block();
        scope.loops--;
        return body;
    }

    private Node.Stat whileStat(int line) throws SyntaxError {
        lexer.next();
        Node.Expr condition = expressions.expression();
        expect(Token.DO);
        List<Node.Stat> body = loopBody();
        expectMatch(Token.END, Token.WHILE, line);
        return new Node.While(condition, body, line);
    }

    private Node.Stat repeatStat(int line) throws SyntaxError {
        lexer.next();
        int mark = scope.mark();
        scope.loops++;
        List<Node.Stat> body = statements();
        expectMatch(Token.UNTIL, Token.REPEAT, line);
        scope.loops--;
        Node.Expr condition = expressions.expression();
        scope.release(mark);
        return new Node.Repeat(body, condition, line);
    }

    private Node.Stat forStat(int line) throws SyntaxError {
        lexer.next();
        LuaString first = name();
        return switch (lexer.token) {
            case ASSIGN -> numericFor(first, line);
            case COMMA, IN -> genericFor(first, line);
            default -> throw lexer.errorNear("'=' or 'in' expected");
        };
    }

    private Node.Stat numericFor(LuaString name, int line) throws SyntaxError {
        lexer.next();
        Node.Expr from = expressions.expression();
        expect(Token.COMMA);
        Node.Expr to = expressions.expression();
        Node.Expr step = accept(Token.COMMA) ? expressions.expression() : null;
        expect(Token.DO);
        int mark = scope.mark();
        Node.Local variable = scope.declare(new Node.Local(name.latin()), lexer);
        List<Node.Stat> body = loopBody();
        scope.release(mark);
        expectMatch(Token.END, Token.FOR, line);
        return new Node.NumericFor(variable, from, to, step, body, line);
    }

    private Node.Stat genericFor(LuaString first, int line) throws SyntaxError {
        List<Node.Local> variables = new ArrayList<>();
        variables.add(new Node.Local(first.latin()));
        while (accept(Token.COMMA)) {
            variables.add(new Node.Local(name().latin()));
        }
        expect(Token.IN);
        List<Node.Expr> values = expressions.list();
        expect(Token.DO);
        int mark = scope.mark();
        for (Node.Local variable : variables) {
            scope.declare(variable, lexer);
        }
        List<Node.Stat> body = loopBody();
        scope.release(mark);
        expectMatch(Token.END, Token.FOR, line);
        return new Node.GenericFor(variables, values, body, line);
    }

    private Node.Stat functionStat(int line) throws SyntaxError {
        lexer.next();
        Node.Expr target = scope.resolve(name(), lexer);
        boolean isMethod = false;
        while (!isMethod && (lexer.token == Token.DOT || lexer.token == Token.COLON)) {
            isMethod = lexer.token == Token.COLON;
            lexer.next();
            target = expressions.index(target, new Node.Constant(name()));
        }
        Node.Expr function = function(isMethod, line);
        return new Node.Assign(List.of(target), List.of(function), line);
    }

    private Node.Stat localFunction(int line) throws SyntaxError {
        Node.Local local = scope.declare(new Node.Local(name().latin()), lexer);
        return new Node.LocalFunction(local, function(false, lexer.line), line);
    }

    private Node.Stat localStat(int line) throws SyntaxError {
        List<Node.Local> locals = new ArrayList<>();
        do {
            locals.add(new Node.Local(name().latin()));
        } while (accept(Token.COMMA));
        List<Node.Expr> values = accept(Token.ASSIGN) ? expressions.list() : List.of();
        for (Node.Local local : locals) {
            scope.declare(local, lexer);
        }
        return new Node.LocalStat(locals, values, line);
    }

    private Node.Stat returnStat(int line) throws SyntaxError {
        lexer.next();
        boolean none = atBlockEnd() || lexer.token == Token.SEMICOLON;
        List<Node.Expr> values = none ? List.of() : expressions.list();
        return new Node.Return(values, none ? line : lexer.lastLine);
    }

    private Node.Stat expressionStat() throws SyntaxError {
        Node.Expr first = expressions.suffixed();
        if (first instanceof Node.Call call) {
            return new Node.CallStat(call);
        }
        List<Node.Expr> targets = new ArrayList<>(List.of(checkedTarget(first)));
        while (accept(Token.COMMA)) {
            if (targets.size() >= LEVELS_MAX) {
                throw lexer.error("variables in assignment has more than " + LEVELS_MAX + " variables");
            }
            targets.add(checkedTarget(expressions.suffixed()));
        }
        expect(Token.ASSIGN);
        return new Node.Assign(targets, expressions.list(), lexer.lastLine);
    }

    private Node.Expr checkedTarget(Node.Expr expr) throws SyntaxError {
        if (expr instanceof Node.LocalName
                || expr instanceof Node.SharedName
                || expr instanceof Node.GlobalName
                || expr instanceof Node.Index) {
            return expr;
        }
        throw lexer.errorNear("syntax error");
    }
}
