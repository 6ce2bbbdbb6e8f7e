package io.kindred.command;

import io.kindred.cluster.message.Operation.KeyName;
import io.kindred.cluster.quorum.GroupFunction;
import io.kindred.cluster.quorum.GroupFunction.Edit;
import io.kindred.cluster.quorum.UpdateFunction.Change;
import io.kindred.cluster.quorum.UpdateFunction.Current;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The keys of a transaction or script as they are by now within it: what was read, below what it has written itself. */
final class GroupView {
    static final long PUBLICATION_BYTES_MAX = 4 << 20;

    private final CommandTable commands;
    private final GroupFunction.Values values;
    private final long nowMillis;
    private final Map<Name, Change> changes = new LinkedHashMap<>();
    private final List<byte[][]> publications = new ArrayList<>();
    /** What the changes since the last mark have replaced, the first of each key; null: there was none. */
    private final Map<Name, @Nullable Change> replaced = new LinkedHashMap<>();

    private long publicationBytes;
    private boolean telling;
    private String command = "";
    private long instructions;
    private long writtenBytes;

    GroupView(CommandTable commands, GroupFunction.Values values, long nowMillis) {
        this.commands = commands;
        this.values = values;
        this.nowMillis = nowMillis;
    }

    /** Thrown through commands and scripts: a key that was not read has to be, before all of it is run again. */
    static final class NotRead extends RuntimeException {
        private static final long serialVersionUID = 1;

        private final transient KeyName key;

        NotRead(KeyName key) {
            super("a key that was not read", null, false, false);
            this.key = key;
        }

        KeyName key() {
            return key;
        }
    }

    private record Name(int db, byte[] key) {
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Name that && db == that.db && Arrays.equals(key, that.key);
        }

        @Override
        public int hashCode() {
            return 31 * Arrays.hashCode(key) + db;
        }
    }

    /** Whether what changes is published as keyspace events. */
    void tells(boolean events) {
        telling = events;
    }

    KeyValues at(int db) {
        return new OfDatabase(db);
    }

    /** What is to be told, in its order, once the changes are where they have to be. */
    List<byte[][]> publications() {
        return publications;
    }

    private final class OfDatabase implements KeyValues {
        private final int db;

        OfDatabase(int db) {
            this.db = db;
        }

        @Override
        public long nowMillis() {
            return nowMillis;
        }

        @Override
        public CommandTable commands() {
            return commands;
        }

        @Override
        public KeyValues at(int other) {
            return new OfDatabase(other);
        }

        @Override
        public long instructions() {
            return instructions;
        }

        @Override
        public void useInstructions(long count) {
            instructions += count;
        }

        @Override
        public long writtenBytes() {
            return writtenBytes;
        }

        @Override
        public Runnable mark() {
            replaced.clear();
            int published = publications.size();
            return () -> {
                replaced.forEach((name, before) -> {
                    if (before == null) {
                        changes.remove(name);
                    } else {
                        changes.put(name, before);
                    }
                });
                publications.subList(published, publications.size()).clear();
            };
        }

        @Override
        public void begins(String name) {
            command = name;
        }

        @Override
        public boolean publish(byte[][] command) {
            publicationBytes += TransactionRoom.sizeBytes(command);
            return publicationBytes <= PUBLICATION_BYTES_MAX && publications.add(command);
        }

        @Override
        public @Nullable Current get(byte[] key) {
            Change change = changes.get(new Name(db, key));
            if (change == null) {
                requireRead(key);
                return values.get(db, key);
            }
            byte[] value = change.value();
            boolean isExpired = change.expireAtMillis() != Expiry.NONE && change.expireAtMillis() <= nowMillis;
            return value == null || isExpired ? null : new Current(value, change.expireAtMillis());
        }

        /** What nobody has read cannot be written either: the version that is made covers what was there. */
        @Override
        public void change(byte[] key, Change change) {
            requireRead(key);
            if (telling) {
                KeyEvents.of(command, db, key, get(key), change).forEach(event -> publish(KeyEvents.words(event)));
            }
            byte[] value = change.value();
            writtenBytes += value == null ? 0 : value.length;
            Name name = new Name(db, key);
            Change before = changes.put(name, change);
            if (!replaced.containsKey(name)) {
                replaced.put(name, before);
            }
        }

        private void requireRead(byte[] key) {
            if (!values.isRead(db, key)) {
                throw new NotRead(new KeyName(db, key));
            }
        }
    }

    /** What is left of it: a key that was not there, and is not, is not written. */
    List<Edit> edits() {
        List<Edit> edits = new ArrayList<>();
        changes.forEach((name, change) -> {
            if (change.value() != null || values.get(name.db(), name.key()) != null) {
                edits.add(new Edit(name.db(), name.key(), change));
            }
        });
        return edits;
    }
}
