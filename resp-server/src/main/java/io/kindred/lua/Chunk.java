package io.kindred.lua;

/** A compiled chunk. Nobody changes it: runs on all threads share it. */
public final class Chunk {
    private final Proto proto;

    private Chunk(Proto proto) {
        this.proto = proto;
    }

    /** {@code source} is {@code @name} for what errors call {@code name}. */
    public static Chunk compile(byte[] text, String source) throws SyntaxError {
        return new Chunk(Parser.parse(text, source, false));
    }

    Proto proto() {
        return proto;
    }

    /** What it takes in memory, about. */
    public long bytes() {
        return proto.bytes();
    }
}
