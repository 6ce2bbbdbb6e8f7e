package io.kindred.command;

import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The directives, as CONFIG sees them. */
public interface ConfigPort {
    /** The directives whose names match any of the patterns (any case), in name order, with their values as text. */
    Map<String, String> get(Iterable<String> patterns);

    /**
     * Sets all of them or none.
     *
     * @param told the whole error text, or null; once, and later where files have to be read first
     */
    void set(Map<String, String> values, Consumer<@Nullable String> told);

    void resetStatistics();

    /**
     * Writes the directives back to the file that the node was started with.
     *
     * @return the whole error text, or null
     */
    @Nullable
    String rewrite();
}
