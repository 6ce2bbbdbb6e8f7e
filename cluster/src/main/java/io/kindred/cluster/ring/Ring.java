package io.kindred.cluster.ring;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who owns which partition, immutably. {@link Claim} makes rings; everything else reads them.
 *
 * <p>Partitions are the numbers 0 to Q - 1 in ring order. Q is a power of two up to 65,536, so that the first bits of a
 * position are its partition.
 */
public final class Ring {

    public static final int PARTITIONS_MAX = 65_536;

    static final int NOBODY = -1;

    /** Sorted by id, unsigned. */
    private final List<RingMember> members;
    /** Index of each partition's owner in {@code members}, or {@link #NOBODY}. */
    private final int[] owners;

    private final int[] owned;
    /** Per member, a number that members of one zone share. */
    private final int[] zones;

    private final int zoneCount;
    /** Lists of one {@code n}, filled as they are asked for; another n starts anew. Races are benign. */
    private volatile Lists lists = new Lists(0, 0);

    private static final class Lists {
        final int n;
        final @Nullable PreferenceList[] byPartition;

        Lists(int n, int partitions) {
            this.n = n;
            this.byPartition = new PreferenceList[partitions];
        }
    }

    /** Takes both over. Requires: members sorted by id; every owner NOBODY or an index. */
    Ring(List<RingMember> members, int[] owners) {
        this.members = List.copyOf(members);
        this.owners = owners;
        this.owned = new int[members.size()];
        for (int owner : owners) {
            if (owner != NOBODY) {
                owned[owner]++;
            }
        }
        this.zones = zonesOf(members);
        this.zoneCount = Arrays.stream(zones).max().orElse(-1) + 1;
    }

    /**
     * A ring that was told of, or stored.
     *
     * @param owners of each partition its owner's place among the members, or -1; handed over
     * @throws IllegalArgumentException where no fold makes such a ring
     */
    public static Ring of(List<RingMember> members, int[] owners) {
        requirePartitions(owners.length);
        for (int i = 1; i < members.size(); i++) {
            if (Long.compareUnsigned(members.get(i - 1).nodeId(), members.get(i).nodeId()) >= 0) {
                throw new IllegalArgumentException("members of a ring come in the order of their ids");
            }
        }
        for (int owner : owners) {
            if (owner < NOBODY || owner >= members.size() || (owner == NOBODY && !members.isEmpty())) {
                throw new IllegalArgumentException("no such owner of a partition: " + owner);
            }
        }
        return new Ring(members, owners);
    }

    /** The place of a partition's owner among the members; -1: nobody owns it. */
    public int ownerIndex(int partition) {
        return owners[partition];
    }

    /** A ring of that many partitions, which nobody owns. */
    public static Ring empty(int partitions) {
        requirePartitions(partitions);
        int[] owners = new int[partitions];
        Arrays.fill(owners, NOBODY);
        return new Ring(List.of(), owners);
    }

    /** Throws unless this is a number of partitions that a ring can have. */
    public static void requirePartitions(int partitions) {
        if (partitions < 1 || partitions > PARTITIONS_MAX || Integer.bitCount(partitions) != 1) {
            throw new IllegalArgumentException(
                    "ring-partitions is a power of two from 1 to " + PARTITIONS_MAX + ": " + partitions);
        }
    }

    /** The partition of a position, given by its upper 64 bits. */
    public static int partitionAt(long position, int partitions) {
        int bits = Integer.numberOfTrailingZeros(partitions);
        return bits == 0 ? 0 : (int) (position >>> (Long.SIZE - bits));
    }

    public int partitions() {
        return owners.length;
    }

    public boolean isEmpty() {
        return members.isEmpty();
    }

    /** The owner's id. Requires: a ring with members. */
    public long owner(int partition) {
        return members.get(owners[partition]).nodeId();
    }

    /** The members in the order of their ids, whether or not they own anything. */
    public List<RingMember> members() {
        return members;
    }

    /** The members' ids, in order. */
    public List<Long> nodes() {
        List<Long> ids = new ArrayList<>(members.size());
        for (RingMember member : members) {
            ids.add(member.nodeId());
        }
        return ids;
    }

    public boolean hasNode(long nodeId) {
        return indexOf(nodeId) >= 0;
    }

    public @Nullable RingMember member(long nodeId) {
        int at = indexOf(nodeId);
        return at < 0 ? null : members.get(at);
    }

    /** How many partitions a node owns; 0 for a stranger. */
    public int owned(long nodeId) {
        int at = indexOf(nodeId);
        return at < 0 ? 0 : owned[at];
    }

    /** Where a partition begins. */
    public Token firstToken(int partition) {
        int bits = Integer.numberOfTrailingZeros(owners.length);
        return new Token(bits == 0 ? 0 : (long) partition << (Long.SIZE - bits));
    }

    /** The replicas of a partition, {@code n} of them or as many as there are owners. */
    public PreferenceList preferenceList(int partition, int n) {
        Lists cached = lists;
        if (cached.n != n || cached.byPartition.length != owners.length) {
            cached = new Lists(n, owners.length);
            lists = cached;
        }
        PreferenceList list = cached.byPartition[partition];
        if (list == null) {
            list = new PreferenceList(this, partition, walk(partition, n));
            cached.byPartition[partition] = list;
        }
        return list;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Ring that && members.equals(that.members) && Arrays.equals(owners, that.owners);
    }

    @Override
    public int hashCode() {
        return 31 * members.hashCode() + Arrays.hashCode(owners);
    }

    @Override
    public String toString() {
        return owners.length + " partitions of " + members.size() + " nodes";
    }

    int[] owners() {
        return owners;
    }

    int indexOf(long nodeId) {
        int low = 0;
        int high = members.size() - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            int order = Long.compareUnsigned(members.get(middle).nodeId(), nodeId);
            if (order == 0) {
                return middle;
            }
            if (order < 0) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return -1;
    }

    /** The replicas, then all others in the order of the walk. */
    long[] extend(int partition, long[] replicas) {
        boolean[] taken = new boolean[members.size()];
        long[] ids = Arrays.copyOf(replicas, members.size());
        int size = replicas.length;
        for (long id : replicas) {
            taken[indexOf(id)] = true;
        }
        for (int step = 0; step < owners.length && size < ids.length; step++) {
            int owner = owners[(partition + step) & (owners.length - 1)];
            if (owner != NOBODY && !taken[owner]) {
                taken[owner] = true;
                ids[size++] = members.get(owner).nodeId();
            }
        }
        return Arrays.copyOf(ids, size);
    }

    /** Numbers zones in the order of the members; a node without a zone is a zone of its own. */
    static int[] zonesOf(List<RingMember> members) {
        int[] zones = new int[members.size()];
        List<String> names = new ArrayList<>();
        for (int i = 0; i < zones.length; i++) {
            String zone = members.get(i).zone();
            int known = zone.isEmpty() ? -1 : names.indexOf(zone);
            zones[i] = known < 0 ? names.size() : known;
            if (known < 0) {
                names.add(zone);
            }
        }
        return zones;
    }

    private long[] walk(int partition, int n) {
        Walk walk = new Walk(owners, zones, zoneCount, n);
        long[] ids = new long[walk.from(partition)];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = members.get(walk.member(i)).nodeId();
        }
        return ids;
    }
}
