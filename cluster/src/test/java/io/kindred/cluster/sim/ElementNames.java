package io.kindred.cluster.sim;

import io.kindred.cluster.ring.Md5Partitioner;
import io.kindred.cluster.ring.Partitioner;
import io.kindred.cluster.ring.Placement;
import io.kindred.cluster.ring.RecordKey;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Names of keys that stand for elements: what a client does to {@code key/element} is done to that element's record, by the
 * same cores as to any other. There are no commands on elements yet; so whatever moves, counts and drops records is shown
 * some.
 */
final class ElementNames implements Partitioner {
    private static final char SEPARATOR = '/';

    private final Md5Partitioner heads = new Md5Partitioner();

    static boolean isElement(String name) {
        return name.indexOf(SEPARATOR) >= 0;
    }

    /** What clients call a record. */
    static String name(RecordKey key) {
        String head = new String(key.key(), StandardCharsets.UTF_8);
        return key.hasElement() ? head + SEPARATOR + new String(key.element(), StandardCharsets.UTF_8) : head;
    }

    private static byte[] head(byte[] name) {
        int end = separator(name);
        return end < 0 ? name : Arrays.copyOf(name, end);
    }

    private static int separator(byte[] name) {
        for (int i = 0; i < name.length; i++) {
            if (name[i] == SEPARATOR) {
                return i;
            }
        }
        return -1;
    }

    @Override
    public int partition(byte[] key, int partitions) {
        return heads.partition(head(key), partitions);
    }

    @Override
    public long hash(byte[] key) {
        return heads.hash(head(key));
    }

    @Override
    public Placement place(byte[] key, int partitions) {
        return heads.place(head(key), partitions);
    }

    @Override
    public RecordKey record(int db, byte[] name, int partitions) {
        byte[] key = head(name);
        RecordKey head = heads.record(db, key, partitions);
        return key.length == name.length
                ? head
                : head.withElement(Arrays.copyOfRange(name, key.length + 1, name.length));
    }
}
