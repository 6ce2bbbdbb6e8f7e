package io.kindred.server;

import io.kindred.command.ClientIdentity;
import io.kindred.command.CommandLine;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * The slowest commands of late, as SLOWLOG shows them: of each no more than {@link #ARGS_MAX} arguments of {@link #BYTES_MAX}
 * bytes, and no secret.
 *
 * <p>Owned by: the loop thread.
 */
final class SlowLog {
    /** As in Redis. */
    static final int ARGS_MAX = 32;

    static final int BYTES_MAX = 128;

    private final ArrayDeque<Entry> newestFirst = new ArrayDeque<>();
    private long nextId;

    /** @param args bounded, without secrets */
    record Entry(long id, long seconds, long micros, List<String> args, String address, String name) {}

    void add(ClientIdentity client, byte[][] args, long micros, long seconds, int max) {
        List<String> shown = CommandLine.shown(args, ARGS_MAX, BYTES_MAX);
        newestFirst.addFirst(
                new Entry(nextId++, seconds, micros, shown, client.addresses().remote(), client.name()));
        trim(max);
    }

    /** CONFIG SET may have made it shorter. */
    void trim(int max) {
        while (newestFirst.size() > max) {
            newestFirst.removeLast();
        }
    }

    /** The newest ones. */
    List<Entry> newest(long count) {
        List<Entry> entries = new ArrayList<>();
        for (Entry entry : newestFirst) {
            if (entries.size() >= count) {
                break;
            }
            entries.add(entry);
        }
        return entries;
    }

    int length() {
        return newestFirst.size();
    }

    void reset() {
        newestFirst.clear();
    }
}
