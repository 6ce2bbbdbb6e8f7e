package io.kindred.command;

/** What a port says later: exactly one of the two is called, once, on the loop thread. */
public interface Answer<T> {
    void done(T value);

    /** {@code error} is a whole error text with its code. */
    void failed(String error);
}
