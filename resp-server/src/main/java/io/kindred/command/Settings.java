package io.kindred.command;

import org.jspecify.annotations.Nullable;

/** The directives that commands look at while they run; CONFIG SET may change them between two commands. */
public interface Settings {
    /** {@code max-value-bytes}. */
    int valueBytesMax();

    /** {@code max-key-bytes}. */
    int keyBytesMax();

    /** {@code script-max-instructions}. */
    long scriptInstructionsMax();

    /** {@code script-max-memory}. */
    long scriptMemoryBytesMax();

    /** {@code script-cache-bytes}. */
    long scriptCacheBytesMax();

    /** {@code databases}. */
    int databases();

    /** {@code replication-n}: no quorum can ask for more. */
    int replicationN();

    /** {@code conflict-policy error}: a GET of several siblings is refused instead of choosing. */
    boolean conflictIsError();

    /** {@code requirepass}; null: none. */
    @Nullable
    String password();

    /** True until replay and joining are done. */
    boolean loading();

    /** Why; empty: it has only just started. */
    default String whyLoading() {
        return "";
    }
}
