package io.kindred.lua;

import java.util.function.BooleanSupplier;

/**
 * What a run may use. Instructions, and whatever libraries do in place of them, are counted down. Bytes are counted as they
 * are allocated; when the bound is reached, what can still be reached is traced and counted anew ({@link Trace}), so garbage
 * is not held against a script, and what it keeps never passes the bound. What a library holds while it builds it is
 * {@linkplain #pin pinned}, for no trace would find it.
 *
 * <p>Numbers cost nothing by themselves: a slot of a table counts as large as a slot and a number.
 *
 * <p>Owned by: the thread that runs the script.
 */
public final class Meter {
    /** The mark of what outlives runs. */
    static final int UNCOUNTED = -1;

    /** So many instructions run between two looks at {@code stopped}. */
    private static final long SLICE_INSTRUCTIONS = 20_000;

    /** A trace looks at so many things for the price of an instruction. */
    private static final int TRACED_PER_INSTRUCTION = 1;

    private final long instructionsMax;
    private final long memoryBytesMax;
    private final BooleanSupplier stopped;
    private Roots roots = trace -> {};

    /** Instructions left of this slice; the interpreter counts it down by itself. */
    long fuel;

    private long left;
    private long room;
    private long pinned;
    private int traces;
    private long greatestLive;
    private int ids;

    /** Where a trace begins. */
    interface Roots {
        void visit(Trace trace);
    }

    public Meter(long instructionsMax, long memoryBytesMax, BooleanSupplier stopped) {
        this.instructionsMax = instructionsMax;
        this.memoryBytesMax = memoryBytesMax;
        this.stopped = stopped;
        this.left = instructionsMax;
        this.room = memoryBytesMax;
        fuel = Math.min(left, SLICE_INSTRUCTIONS);
        left -= fuel;
    }

    void setRoots(Roots roots) {
        this.roots = roots;
    }

    /** Counts so many instructions. */
    public void charge(long instructions) {
        fuel -= instructions;
        if (fuel < 0) {
            refill();
        }
    }

    /** The next slice, where there is one. */
    void refill() {
        left += fuel;
        if (left < 0) {
            fuel = 0;
            left = 0;
            throw new ScriptStopped(ScriptStopped.Cause.INSTRUCTIONS);
        }
        if (stopped.getAsBoolean()) {
            throw new ScriptStopped(ScriptStopped.Cause.STOPPED);
        }
        fuel = Math.min(left, SLICE_INSTRUCTIONS);
        left -= fuel;
    }

    /** Counts bytes that are about to be allocated. */
    void allocate(long bytes) {
        room -= bytes;
        if (room < 0) {
            countAnew(bytes);
        }
    }

    /** Bytes that a library is about to hold outside of the reach of a trace, until {@link #unpin}. */
    public void pin(long bytes) {
        allocate(bytes);
        pinned += bytes;
    }

    void unpin(long bytes) {
        pinned -= bytes;
    }

    /** For a protected call, which gives up what was pinned inside of it. */
    long pinned() {
        return pinned;
    }

    void setPinned(long pinned) {
        this.pinned = pinned;
    }

    private void countAnew(long bytes) {
        if (bytes > memoryBytesMax) {
            throw new ScriptStopped(ScriptStopped.Cause.MEMORY);
        }
        Trace trace = new Trace(++traces);
        roots.visit(trace);
        trace.run();
        charge(trace.visited() / TRACED_PER_INSTRUCTION);
        long live = trace.bytes() + pinned;
        greatestLive = Math.max(greatestLive, live);
        room = memoryBytesMax - live - bytes;
        // A script that lives close below its bound would trace at each step.
        if (room < memoryBytesMax >> 4) {
            throw new ScriptStopped(ScriptStopped.Cause.MEMORY);
        }
    }

    /** Instructions that were used. */
    public long instructions() {
        return instructionsMax - left - Math.max(0, fuel);
    }

    /** Bytes in use, at most: what the last trace has found and all that was allocated since. */
    public long memoryBytes() {
        return memoryBytesMax - room;
    }

    int nextId() {
        return ++ids;
    }
}
