package io.kindred.cluster.ring;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * A key's position is its MD5, as in the paper: the first bits are the partition.
 *
 * <p>So in a partition the first bits of the hashes of untagged keys are all the same. Owned by: one thread.
 */
public final class Md5Partitioner implements Partitioner {

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final int MD5_BYTES = 16;

    private final MessageDigest md5;
    private final byte[] digest = new byte[MD5_BYTES];

    public Md5Partitioner() {
        try {
            md5 = MessageDigest.getInstance("MD5");
        } catch (NoSuchAlgorithmException absent) {
            throw new IllegalStateException("every Java platform has MD5", absent);
        }
    }

    @Override
    public int partition(byte[] key, int partitions) {
        int start = HashTag.start(key);
        long position = start < 0 ? hash(key) : hash(key, start, HashTag.end(key, start));
        return Ring.partitionAt(position, partitions);
    }

    @Override
    public long hash(byte[] key) {
        return hash(key, 0, key.length);
    }

    @Override
    public Placement place(byte[] key, int partitions) {
        long hash = hash(key);
        int start = HashTag.start(key);
        long position = start < 0 ? hash : hash(key, start, HashTag.end(key, start));
        return new Placement(Ring.partitionAt(position, partitions), hash);
    }

    private long hash(byte[] key, int from, int to) {
        try {
            md5.update(key, from, to - from);
            md5.digest(digest, 0, MD5_BYTES);
        } catch (DigestException tooShort) {
            throw new IllegalStateException("an MD5 has 16 bytes", tooShort);
        }
        return (long) LONG.get(digest, 0);
    }
}
