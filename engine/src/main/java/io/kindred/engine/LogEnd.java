package io.kindred.engine;

/** Where the log ends: the newest segment's number (0: there was none) and the length of its valid bytes. */
record LogEnd(long segment, long bytes) {}
