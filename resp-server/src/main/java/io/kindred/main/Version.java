package io.kindred.main;

/** Which program this is. */
final class Version {
    static final String TEXT = "0.1.0";
    static final String NAME = "Kindred " + TEXT;

    private Version() {}
}
