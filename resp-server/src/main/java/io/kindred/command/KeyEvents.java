package io.kindred.command;

import io.kindred.cluster.quorum.UpdateFunction.Change;
import io.kindred.cluster.quorum.UpdateFunction.Current;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which events a command's change of a key is, as Redis 7.0 names them. Events travel from the node that has run the command to the one
 * that took it, in the answer: {@code !event kind name db key}.
 */
final class KeyEvents {
    /** In front of a command's name: its coordinator is to say in the answer what happened. */
    static final byte TELLING = '!';

    private static final byte[] EVENT = "!event".getBytes(StandardCharsets.US_ASCII);
    private static final int WORDS = 5;

    private KeyEvents() {}

    /** @param change of this key */
    static List<KeyspaceEvents.Event> of(String command, int db, byte[] key, @Nullable Current before, Change change) {
        List<KeyspaceEvents.Event> events = new ArrayList<>(2);
        if (change.value() == null) {
            events.add(new KeyspaceEvents.Event('g', "del", db, key));
            return events;
        }
        if (before == null) {
            events.add(new KeyspaceEvents.Event('n', "new", db, key));
        }
        boolean expires = change.expireAtMillis() != Expiry.NONE;
        switch (command) {
            case "set", "setnx", "setex", "psetex", "getset", "mset", "msetnx", "kin.put" -> {
                events.add(new KeyspaceEvents.Event('$', "set", db, key));
                // KEEPTTL leaves what it finds.
                boolean isNew = expires && (before == null || before.expireAtMillis() != change.expireAtMillis());
                if (isNew) {
                    events.add(new KeyspaceEvents.Event('g', "expire", db, key));
                }
            }
            case "incr", "decr", "incrby", "decrby" -> events.add(new KeyspaceEvents.Event('$', "incrby", db, key));
            case "expire", "pexpire", "expireat", "pexpireat", "getex", "persist" ->
                events.add(new KeyspaceEvents.Event('g', expires ? "expire" : "persist", db, key));
            default -> events.add(new KeyspaceEvents.Event('$', command, db, key));
        }
        return events;
    }

    static byte[][] words(KeyspaceEvents.Event event) {
        return new byte[][] {
            EVENT,
            {(byte) event.kind()},
            event.name().getBytes(StandardCharsets.US_ASCII),
            Numbers.bytes(event.db()),
            event.key()
        };
    }

    /** Null: these are the words of something else. */
    static KeyspaceEvents.@Nullable Event of(byte[][] words) {
        boolean isEvent = words.length == WORDS
                && Ascii.is(words[0], "!event")
                && words[1].length == 1
                && Numbers.isLong(words[3]);
        return isEvent
                ? new KeyspaceEvents.Event(
                        (char) words[1][0], Ascii.lower(words[2]), (int) Numbers.toLong(words[3]), words[4])
                : null;
    }

    // --- names ---

    static boolean isTelling(byte[] name) {
        return name.length > 1 && name[0] == TELLING;
    }

    static byte[] plainName(byte[] name) {
        byte[] plain = new byte[name.length - 1];
        System.arraycopy(name, 1, plain, 0, plain.length);
        return plain;
    }

    /** The same command, whose coordinator is to say what happened. */
    static byte[][] telling(byte[][] args) {
        byte[][] telling = args.clone();
        telling[0] = new byte[args[0].length + 1];
        telling[0][0] = TELLING;
        System.arraycopy(args[0], 0, telling[0], 1, args[0].length);
        return telling;
    }
}
