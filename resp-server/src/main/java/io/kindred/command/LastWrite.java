package io.kindred.command;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a connection wrote last, as far as WAIT asks for it: the keys of its last command that writes. Their values are not kept.
 *
 * <p>Owned by: the connection's loop thread.
 */
public final class LastWrite {
    /** Of a command with more keys WAIT looks at the last ones. */
    static final int KEYS_MAX = 64;

    private int db;
    private byte @Nullable [] only;
    /** Of a command with several. */
    private List<byte[]> several = List.of();

    /** Such a command is run, or queued. */
    void is(int itsDb, CommandSpec spec, byte[][] args) {
        CommandSpec.KeyPositions positions = spec.keys();
        int count = positions == null ? 0 : positions.count(args);
        if (positions == null || count == 0) {
            return;
        }
        db = itsDb;
        if (count == 1) {
            only = args[positions.at(0)];
            return;
        }
        only = null;
        several = new ArrayList<>();
        for (int i = Math.max(0, count - KEYS_MAX); i < count; i++) {
            several.add(args[positions.at(i)]);
        }
    }

    public int db() {
        return db;
    }

    /** None: it has written nothing yet. */
    public List<byte[]> keys() {
        byte[] one = only;
        return one == null ? several : List.of(one);
    }

    void reset() {
        only = null;
        several = List.of();
    }
}
