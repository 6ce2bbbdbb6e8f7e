package io.kindred.engine;

import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.iq80.leveldb.XFilterPolicy;
import org.iq80.leveldb.table.BloomFilterPolicy;
import org.iq80.leveldb.table.FilterPolicy;
import org.iq80.leveldb.util.Slice;

/** LevelDB's bloom filter, which counts how often it spared a read. Written to the files under the filter's own name. */
final class CountingBloom implements FilterPolicy, XFilterPolicy {
    private static final int BITS_PER_KEY = 10;

    private final BloomFilterPolicy bloom = new BloomFilterPolicy(BITS_PER_KEY);
    private final AtomicLong skips;

    CountingBloom(AtomicLong skips) {
        this.skips = skips;
    }

    @Override
    public String name() {
        return bloom.name();
    }

    @Override
    public byte[] createFilter(List<Slice> keys) {
        return bloom.createFilter(keys);
    }

    @Override
    public boolean keyMayMatch(Slice key, Slice filter) {
        boolean may = bloom.keyMayMatch(key, filter);
        if (!may) {
            skips.incrementAndGet();
        }
        return may;
    }
}
