package io.kindred.lua;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A table with Lua 5.1's layout: an array for the integers from 1 where at least half of it is used, and a hash part of a power
 * of two nodes in which a key that is not in its main place hangs on a chain. Layout, growth and hashes are Lua's, so {@code
 * pairs} and {@code #} give what they give in Redis, and the same on every node.
 *
 * <p>Chains are as long as a script makes them, so the steps along a chain are charged.
 */
public final class LuaTable {
    private static final int SLOT_BYTES = 24;
    private static final int NODE_BYTES = 52;
    private static final int TABLE_BYTES = 96;
    private static final int FREE_STEPS = 6;
    private static final @Nullable Object[] EMPTY = {};
    private static final int[] NO_LINKS = {};
    static final String READ_ONLY = "Attempt to modify a readonly table";

    private final @Nullable Meter meter;
    private @Nullable Object[] array = EMPTY;
    private @Nullable Object[] keys = EMPTY;
    private @Nullable Object[] values = EMPTY;
    private int[] links = NO_LINKS;
    private int lastFree;
    private boolean readOnly;

    @Nullable
    LuaTable metatable;

    int mark;
    private int id;

    /** One of a run. */
    LuaTable(Meter meter) {
        meter.allocate(TABLE_BYTES);
        this.meter = meter;
    }

    /** One of a library, which outlives runs: it becomes read-only before the first of them. */
    private LuaTable() {
        this.meter = null;
        this.mark = Meter.UNCOUNTED;
        this.id = 0x200000;
    }

    static LuaTable ofLibrary() {
        return new LuaTable();
    }

    /** With room for so many. */
    LuaTable(Meter meter, int arraySize, int hashSize) {
        this(meter);
        if (arraySize > 0 || hashSize > 0) {
            resize(arraySize, hashSize);
        }
    }

    /** A copy for a run, which can be written. */
    LuaTable copyFor(Meter run) {
        LuaTable copy = new LuaTable(run);
        copy.array = array.clone();
        copy.keys = keys.clone();
        copy.values = values.clone();
        copy.links = links.clone();
        copy.lastFree = lastFree;
        copy.metatable = metatable;
        copy.id = id;
        run.allocate(copy.bytes());
        return copy;
    }

    void makeReadOnly() {
        readOnly = true;
    }

    boolean isReadOnly() {
        return readOnly;
    }

    void setMetatable(@Nullable LuaTable metatable) {
        if (readOnly) {
            throw LuaError.core(READ_ONLY);
        }
        this.metatable = metatable;
    }

    long bytes() {
        return TABLE_BYTES + (long) array.length * SLOT_BYTES + (long) keys.length * NODE_BYTES;
    }

    void visitContents(Trace trace) {
        trace.visitAll(array);
        trace.visitAll(keys);
        trace.visitAll(values);
        trace.visit(metatable);
    }

    int id() {
        if (id == 0 && meter != null) {
            id = meter.nextId();
        }
        return id;
    }

    // Reading.

    public @Nullable Object get(@Nullable Object key) {
        if (key instanceof LuaString s) {
            return get(s);
        }
        if (key instanceof Double d) {
            double number = d;
            int index = (int) number;
            if (index == number) {
                return get(index);
            }
        }
        if (key == null) {
            return null;
        }
        int node = find(key);
        return node < 0 ? null : values[node];
    }

    public @Nullable Object get(int index) {
        if (index - 1 >= 0 && index - 1 < array.length) {
            return array[index - 1];
        }
        if (keys.length == 0) {
            return null;
        }
        int node = find((double) index);
        return node < 0 ? null : values[node];
    }

    public @Nullable Object get(LuaString key) {
        int length = keys.length;
        if (length == 0) {
            return null;
        }
        int node = key.hash() & length - 1;
        int steps = 0;
        do {
            Object k = keys[node];
            if (k == key || k instanceof LuaString s && same(s, key)) {
                return values[node];
            }
            node = links[node];
            if (++steps >= FREE_STEPS) {
                charge(1);
            }
        } while (node >= 0);
        return null;
    }

    private boolean same(LuaString a, LuaString b) {
        if (a.hash() != b.hash() || a.bytes.length != b.bytes.length) {
            return false;
        }
        if (a.bytes.length > 64) {
            charge(a.bytes.length >> 5);
        }
        return Arrays.equals(a.bytes, b.bytes);
    }

    private void charge(long steps) {
        if (meter != null) {
            meter.charge(steps);
        }
    }

    private int find(Object key) {
        if (keys.length == 0) {
            return -1;
        }
        int node = mainPlace(key);
        int steps = 0;
        do {
            Object k = keys[node];
            if (k != null && (k == key || isSame(k, key))) {
                return node;
            }
            node = links[node];
            if (++steps >= FREE_STEPS) {
                charge(1);
            }
        } while (node >= 0);
        return -1;
    }

    private boolean isSame(Object a, Object b) {
        if (a instanceof Double x) {
            return b instanceof Double y && x.doubleValue() == y.doubleValue();
        }
        if (a instanceof LuaString s) {
            return b instanceof LuaString t && same(s, t);
        }
        return a instanceof Boolean && a.equals(b);
    }

    private int mainPlace(Object key) {
        int size = keys.length;
        if (key instanceof LuaString s) {
            return s.hash() & size - 1;
        }
        if (key instanceof Double d) {
            double number = d;
            if (number == 0) {
                return 0;
            }
            long bits = Double.doubleToRawLongBits(number);
            int sum = (int) bits + (int) (bits >>> 32);
            return Integer.remainderUnsigned(sum, size - 1 | 1);
        }
        if (key instanceof Boolean b) {
            return (b ? 1 : 0) & size - 1;
        }
        return Integer.remainderUnsigned(identity(key, meter) * 16, size - 1 | 1);
    }

    /** A number that a value keeps, in place of an address. */
    static int identity(Object key, @Nullable Meter meter) {
        if (key instanceof LuaTable t) {
            return t.id();
        }
        if (key instanceof LuaFunction f) {
            if (f.id == 0 && meter != null) {
                f.id = meter.nextId();
            }
            return f.id;
        }
        if (key instanceof Coroutine c) {
            if (c.id == 0 && meter != null) {
                c.id = meter.nextId();
            }
            return c.id;
        }
        return 0;
    }

    // Writing.

    public void set(Object key, @Nullable Object value) {
        if (key instanceof Double d) {
            double number = d;
            int index = (int) number;
            if (index == number) {
                set(index, value);
                return;
            }
            if (Double.isNaN(number)) {
                throw LuaError.core("table index is NaN");
            }
        }
        setNode(key, value);
    }

    public void set(int index, @Nullable Object value) {
        if (index - 1 >= 0 && index - 1 < array.length) {
            if (readOnly) {
                throw LuaError.core(READ_ONLY);
            }
            array[index - 1] = value;
        } else {
            setNode((double) index, value);
        }
    }

    private void setNode(Object key, @Nullable Object value) {
        if (readOnly) {
            throw LuaError.core(READ_ONLY);
        }
        int node = find(key);
        if (node >= 0) {
            values[node] = value;
        } else if (value != null) {
            insert(key, value);
        }
    }

    private void insert(Object key, Object value) {
        if (keys.length == 0) {
            rehash(key);
            set(key, value);
            return;
        }
        charge(5);
        int main = mainPlace(key);
        if (values[main] != null) {
            int free = freeNode();
            if (free < 0) {
                rehash(key);
                set(key, value);
                return;
            }
            Object colliding = keys[main];
            int other = colliding == null ? main : mainPlace(colliding);
            if (other != main) {
                int steps = 0;
                while (links[other] != main) {
                    other = links[other];
                    if (++steps >= FREE_STEPS) {
                        charge(1);
                    }
                }
                links[other] = free;
                keys[free] = keys[main];
                values[free] = values[main];
                links[free] = links[main];
                links[main] = -1;
            } else {
                links[free] = links[main];
                links[main] = free;
                main = free;
            }
        }
        keys[main] = key;
        values[main] = value;
    }

    private int freeNode() {
        while (lastFree > 0) {
            lastFree--;
            if (keys[lastFree] == null) {
                return lastFree;
            }
        }
        return -1;
    }

    private void rehash(Object extra) {
        ArraySize best = new ArraySize();
        charge(array.length + 2L * keys.length);
        for (int i = 0; i < array.length; i++) {
            if (array[i] != null) {
                best.countIndex(i + 1);
            }
        }
        for (int i = 0; i < keys.length; i++) {
            if (values[i] != null) {
                best.count(keys[i]);
            }
        }
        best.count(extra);
        best.choose();
        resize(best.size(), best.others());
    }

    private void resize(int arraySize, int hashSize) {
        int nodes = hashSize == 0 ? 0 : 1 << ArraySize.ceilLog2(hashSize);
        if (meter != null) {
            meter.allocate((long) arraySize * SLOT_BYTES + (long) nodes * NODE_BYTES);
        }
        @Nullable Object[] oldArray = array;
        @Nullable Object[] oldKeys = keys;
        @Nullable Object[] oldValues = values;
        if (arraySize != array.length) {
            array = Arrays.copyOf(array, arraySize);
        }
        keys = nodes == 0 ? EMPTY : new Object[nodes];
        values = nodes == 0 ? EMPTY : new Object[nodes];
        links = nodes == 0 ? NO_LINKS : new int[nodes];
        Arrays.fill(links, -1);
        lastFree = nodes;
        for (int i = arraySize; i < oldArray.length; i++) {
            if (oldArray[i] != null) {
                set(i + 1, oldArray[i]);
            }
        }
        for (int i = oldKeys.length - 1; i >= 0; i--) {
            Object key = oldKeys[i];
            if (key != null && oldValues[i] != null) {
                set(key, oldValues[i]);
            }
        }
    }

    // Walking.

    /** Lua 5.1's border: some n with t[n] there and t[n + 1] not. */
    public int length() {
        int high = array.length;
        if (high > 0 && array[high - 1] == null) {
            int low = 0;
            while (high - low > 1) {
                int middle = (low + high) >>> 1;
                if (array[middle - 1] == null) {
                    high = middle;
                } else {
                    low = middle;
                }
            }
            return low;
        }
        return keys.length == 0 ? high : lengthBeyond(high);
    }

    private int lengthBeyond(int from) {
        int low = from;
        int high = from + 1;
        while (get(high) != null) {
            low = high;
            if (high > Integer.MAX_VALUE / 2) {
                int i = 1;
                while (get(i) != null) {
                    charge(1);
                    i++;
                }
                return i - 1;
            }
            high *= 2;
        }
        while (high - low > 1) {
            int middle = (low + high) >>> 1;
            if (get(middle) == null) {
                high = middle;
            } else {
                low = middle;
            }
        }
        return low;
    }

    /** The position after a key's, 0 for nil; below zero if the key is not there. */
    int positionAfter(@Nullable Object key) {
        if (key == null) {
            return 0;
        }
        if (key instanceof Double d) {
            double number = d;
            int index = (int) number;
            if (index == number && index >= 1 && index <= array.length) {
                return index;
            }
        }
        int node = find(key);
        return node < 0 ? -1 : array.length + node + 1;
    }

    /** The first position from this one on that has a value, or -1. */
    public int occupiedFrom(int position) {
        int steps = 0;
        for (int i = position; i < array.length + keys.length; i++) {
            if ((i < array.length ? array[i] : values[i - array.length]) != null) {
                return i;
            }
            if (++steps >= FREE_STEPS) {
                charge(1);
            }
        }
        return -1;
    }

    public Object keyAt(int position) {
        Object key = position < array.length ? (Object) (position + 1.0) : keys[position - array.length];
        if (key == null) {
            throw new IllegalStateException("no key at " + position);
        }
        return key;
    }

    public @Nullable Object valueAt(int position) {
        return position < array.length ? array[position] : values[position - array.length];
    }
}
