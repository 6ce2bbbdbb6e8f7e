package io.kindred.engine;

/** Where the bytes of a key or a value are: in an array, from an offset on. */
record BytePart(byte[] bytes, int from, int length) {
    static BytePart of(byte[] whole) {
        return new BytePart(whole, 0, whole.length);
    }
}
