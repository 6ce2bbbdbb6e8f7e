package io.kindred.server;

import io.kindred.metrics.MetricSet;
import io.kindred.metrics.Unit;
import java.util.ArrayDeque;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.BooleanSupplier;

/**
 * What all clients of a server together make it hold, in bytes, and who waits until it is less.
 *
 * <ul>
 *   <li><b>The window</b> bounds the commands in flight, so that those that are begun are answered in time. A command weighs
 *       what it holds and what its reply is going to, which is guessed from the replies of late. As TCP's, the window is
 *       small at first, opens while it is used and commands are answered soon, and halves where they take long, down to
 *       {@link #WINDOW_BYTES_MIN}; up to where it was cut last it opens fast, and slowly from there. One command is always let in.
 *   <li><b>Places</b> are for reads of which no earlier reply tells how long theirs will be ({@link ReadsInFlight}): as many
 *       as the window has room for if all are long.
 *   <li><b>The budget</b> ({@link ServerLimits.Shared#waitingBytesMax}) bounds the sum of everything: commands in flight,
 *       what is read and not run yet, and replies that clients have not taken. Past it nothing is read from a client that
 *       has replies to take; past an eighth more, from no client but one within a command; past a quarter more, from none.
 *   <li><b>Writes</b> are begun only while {@link #writesHeld} is not set.
 * </ul>
 *
 * <p>Whoever has to wait does so in one line for each cause, first come, first served. Its deadline has not begun.
 *
 * <p>Owned by: the loop thread.
 */
public final class ClientLoad {
    public static final MetricSet<ClientLoad> METRICS = MetricSet.<ClientLoad>of(ClientLoad.class)
            .gauge("waiting_bytes", Unit.BYTES, "What all clients make this node hold.", ClientLoad::waitingBytes)
            .gauge(
                    "waiting_bytes_max",
                    Unit.BYTES,
                    "What they may; past it nothing is read from who has replies to take.",
                    load -> load.limits.waitingBytesMax())
            .gauge("waiting_bytes_peak", Unit.BYTES, "The most that ever waited.", ClientLoad::peakBytes)
            .gauge(
                    "waiting_input_bytes",
                    Unit.BYTES,
                    "What is read from clients and not begun.",
                    ClientLoad::inputBytes)
            .gauge("waiting_output_bytes", Unit.BYTES, "Replies that clients have not taken.", ClientLoad::outputBytes)
            .gauge("commands_in_flight", "Commands that are begun and not answered.", ClientLoad::commands)
            .gauge("commands_in_flight_bytes", Unit.BYTES, "What these hold.", ClientLoad::commandBytes)
            .gauge("command_window_bytes", Unit.BYTES, "What commands in flight may hold now.", ClientLoad::windowBytes)
            .gauge(
                    "command_window_bytes_max",
                    Unit.BYTES,
                    "What they may hold when all goes well.",
                    load -> load.limits.windowBytes())
            .gauge("expected_reply_bytes", Unit.BYTES, "What their replies are taken for.", ClientLoad::expectedBytes)
            .gauge("clients_waiting", "Clients that stand in a line until there is room.", ClientLoad::clientsWaiting)
            .flag("writes_held", "Whether no writes are begun, because the storage is behind.", ClientLoad::writesHeld)
            .build();

    /** What a command in flight costs beside its arguments' bytes. */
    static final int COMMAND_OVERHEAD_BYTES = 256;

    static final long WINDOW_BYTES_MIN = 32 << 10;
    static final long WINDOW_BYTES_FIRST = 256 << 10;
    /** Output that a client may have and still count as one that has none. */
    static final int SMALL_OUTPUT_BYTES = 64 << 10;
    /** Past its last cut, the window opens by at least this part of each command that is answered. */
    private static final int SLOW_PARTS = 16;
    /** What the reply of a command that is no read is taken for moves by this part of the difference with each. */
    private static final int GUESS_PARTS = 8;
    /** After such a pause the window is small again. */
    private static final long IDLE_MILLIS = 1000;

    /** What a connection waits for. */
    enum Cause {
        /** Commands in flight. */
        WINDOW,
        /** Reads in flight that bring nobody knows how much. */
        PLACE,
        /** All that waits. */
        BUDGET,
        /** The storage of this node or of others. */
        WRITES,
        /** The end of a CLIENT PAUSE. */
        PAUSED
    }

    private final Map<Cause, ArrayDeque<ClientConnection>> lines = new EnumMap<>(Cause.class);
    private ServerLimits.Shared limits;
    private long windowBytes;
    private long windowCutMillis;
    /** What it was cut to last. */
    private long windowCutBytes = Long.MAX_VALUE;

    private long idleSinceMillis;
    private long otherReplyBytes;
    private int commands;
    private long commandBytes;
    private long expectedBytes;
    private int placesTaken;
    private long inputBytes;
    private long outputBytes;
    private long peakBytes;
    private boolean writesHeld;
    private BooleanSupplier paused = () -> false;

    ClientLoad(ServerLimits.Shared limits) {
        this.limits = limits;
        this.windowBytes = Math.min(WINDOW_BYTES_FIRST, limits.windowBytes());
        for (Cause cause : Cause.values()) {
            lines.put(cause, new ArrayDeque<>(0));
        }
    }

    void limits(ServerLimits.Shared newLimits) {
        limits = newLimits;
        windowBytes = Math.min(windowBytes, newLimits.windowBytes());
    }

    // --- commands ---

    static long weigh(byte[][] args) {
        long sum = COMMAND_OVERHEAD_BYTES;
        for (byte[] arg : args) {
            sum += arg.length;
        }
        return sum;
    }

    /** Whether one more command may be begun. */
    boolean hasRoom() {
        return commands == 0 || commandBytes + expectedBytes < windowBytes;
    }

    /** Whether one more read may be begun that may bring much. */
    boolean hasPlace() {
        return placesTaken < Math.max(1, limits.windowBytes() / ReadsInFlight.LONG_REPLY_BYTES);
    }

    void begin(ReplySlot slot, byte[][] args, long nowMillis) {
        if (commands == 0 && nowMillis - idleSinceMillis > IDLE_MILLIS) {
            windowBytes = Math.min(windowBytes, WINDOW_BYTES_FIRST);
        }
        slot.begin(weigh(args), otherReplyBytes, nowMillis);
        commands++;
        commandBytes += slot.weightBytes();
        expectedBytes += slot.expectedBytes();
    }

    /** It is a read, and not answered at once. */
    void expect(ReplySlot slot, long replyBytes, boolean takesPlace) {
        expectedBytes += replyBytes - slot.expectedBytes();
        slot.expect(replyBytes, takesPlace);
        placesTaken += takesPlace ? 1 : 0;
    }

    /** It is in flight no more. Nothing happens where it is not. */
    void end(ReplySlot slot) {
        if (slot.weightBytes() > 0) {
            commands--;
            commandBytes -= slot.weightBytes();
            expectedBytes -= slot.expectedBytes();
            placesTaken -= slot.isInPlace() ? 1 : 0;
            slot.end();
        }
    }

    /** @param replyBytes what it was answered with */
    void answered(ReplySlot slot, int replyBytes, long nowMillis) {
        long weight = slot.weightBytes();
        if (weight == 0) {
            return;
        }
        long tookMillis = nowMillis - slot.begunMillis();
        boolean isUsed = commandBytes + expectedBytes >= windowBytes / 2;
        end(slot);
        if (!slot.isRead()) {
            otherReplyBytes += (replyBytes - otherReplyBytes) / GUESS_PARTS;
        }
        idleSinceMillis = nowMillis;
        if (isUsed && tookMillis <= limits.lateMillis() / 2) {
            long most = weight + replyBytes;
            long more = windowBytes < windowCutBytes ? most : Math.max(most / SLOW_PARTS, most * most / windowBytes);
            windowBytes = Math.min(limits.windowBytes(), windowBytes + Math.min(most, more));
        } else if (tookMillis > limits.lateMillis() && nowMillis - windowCutMillis > limits.lateMillis()) {
            windowCutMillis = nowMillis;
            windowBytes = Math.max(Math.min(WINDOW_BYTES_MIN, limits.windowBytes()), windowBytes / 2);
            windowCutBytes = windowBytes;
        }
    }

    // --- everything ---

    void input(long changeBytes) {
        inputBytes += changeBytes;
    }

    void output(long changeBytes) {
        outputBytes += changeBytes;
        peakBytes = Math.max(peakBytes, waitingBytes());
    }

    /** Whether a client that has so much output to take may be read from. */
    boolean mayRead(long itsOutputBytes, boolean withinCommand) {
        long max = limits.waitingBytesMax();
        long all = waitingBytes();
        return all < max
                || (itsOutputBytes < SMALL_OUTPUT_BYTES && all < max + max / 8)
                || (withinCommand && all < max + max / 4);
    }

    boolean isOverBudget() {
        return waitingBytes() >= limits.waitingBytesMax();
    }

    /** Whether halves of commands alone take so much room that none of them can be finished. */
    boolean isChoked() {
        return waitingBytes() >= limits.waitingBytesMax() + limits.waitingBytesMax() / 4
                && inputBytes > waitingBytes() / 2;
    }

    // --- lines ---

    void await(Cause cause, ClientConnection connection) {
        line(cause).add(connection);
    }

    boolean hasWaiting(Cause cause) {
        return !line(cause).isEmpty();
    }

    void leave(ClientConnection connection) {
        lines.values().forEach(line -> line.remove(connection));
    }

    /** Lets them go on, as far as there is: first those whose command is there already. */
    void wakeReady() {
        wake(Cause.PAUSED, () -> !paused.getAsBoolean());
        wake(Cause.WRITES, () -> !writesHeld && hasRoom());
        wake(Cause.PLACE, () -> hasPlace() && hasRoom());
        wake(Cause.WINDOW, this::hasRoom);
    }

    /** Visits those that wait for this now, in their order, while there is room for more. */
    void wake(Cause cause, BooleanSupplier more) {
        ArrayDeque<ClientConnection> line = line(cause);
        for (int left = line.size(); left > 0 && !line.isEmpty() && more.getAsBoolean(); left--) {
            line.remove().wake();
        }
    }

    private ArrayDeque<ClientConnection> line(Cause cause) {
        ArrayDeque<ClientConnection> line = lines.get(cause);
        if (line == null) {
            throw new IllegalStateException("no line for " + cause);
        }
        return line;
    }

    /** @param isPaused whether CLIENT PAUSE still holds clients */
    void pausedWhile(BooleanSupplier isPaused) {
        paused = isPaused;
    }

    void holdWrites(boolean hold) {
        writesHeld = hold;
    }

    // --- what INFO shows ---

    /** No write is begun now. */
    public boolean writesHeld() {
        return writesHeld;
    }

    /** All that waits. */
    public long waitingBytes() {
        return commandBytes + inputBytes + outputBytes;
    }

    /** The most that ever waited. */
    public long peakBytes() {
        return peakBytes;
    }

    public long commandBytes() {
        return commandBytes;
    }

    public int commands() {
        return commands;
    }

    public long inputBytes() {
        return inputBytes;
    }

    public long outputBytes() {
        return outputBytes;
    }

    public long windowBytes() {
        return windowBytes;
    }

    /** What the replies of commands in flight are taken for, in all. */
    public long expectedBytes() {
        return expectedBytes;
    }

    public int clientsWaiting() {
        return lines.values().stream().mapToInt(ArrayDeque::size).sum();
    }
}
