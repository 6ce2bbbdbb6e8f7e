package io.kindred.lua;

/** What a script has chosen for {@code cjson}; it lasts as long as the run. */
final class JsonSettings {
    /** More would take more of the thread's stack than it has; a script may ask for more and gets the error at this. */
    static final int DEPTH_MAX = 1000;

    /** What becomes of numbers that JSON has not. */
    enum Invalid {
        REFUSED,
        ALLOWED,
        NULL
    }

    int encodeDepth = DEPTH_MAX;
    int decodeDepth = DEPTH_MAX;
    boolean sparseConverted;
    int sparseRatio = 2;
    int sparseSafe = 10;
    int precision = 14;
    boolean keepsBuffer = true;
    Invalid encodeInvalid = Invalid.REFUSED;
    boolean decodeInvalid = true;
}
