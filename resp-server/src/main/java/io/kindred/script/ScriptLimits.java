package io.kindred.script;

import java.util.function.BooleanSupplier;

/**
 * What one run may use: so many instructions (or what libraries do in place of them), so many bytes that it can reach, and as
 * long as {@code stopped} says no; that is asked every 20,000 instructions, on the script's thread.
 */
public record ScriptLimits(long instructionsMax, long memoryBytesMax, BooleanSupplier stopped) {
    /** The default of {@code script-max-instructions}. */
    public static final long INSTRUCTIONS_MAX = 5_000_000;

    /** The default of {@code script-max-memory}. */
    public static final long MEMORY_BYTES_MAX = 64L << 20;

    /** The directives' defaults, and nobody stops it. */
    public static final ScriptLimits DEFAULT = new ScriptLimits(INSTRUCTIONS_MAX, MEMORY_BYTES_MAX, () -> false);
}
