package io.kindred.cluster.ring;

import io.kindred.cluster.membership.ChangeRecord;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The change records of a cluster, told apart by the datacenter whose ring they change: each datacenter holds all data, so
 * each has a ring of its own members, which {@link RingHistory} folds as if there were no other.
 *
 * <p>Only JOIN and REPLACE name a datacenter. The others belong to wherever their subject is by then, so the records are
 * gone through in their order, once. Like {@link Claim} it is a pure function of them: every node tells them apart alike.
 *
 * <p>Those that a {@link Checkpoint} stands for need not be there: who is in which ring by then is in its rings.
 *
 * <p>Where all nodes are of one datacenter, or of none, it has all records that change anything, and its ring is the one
 * that there was before there were datacenters.
 */
public final class DatacenterRecords {
    private final TreeMap<String, List<ChangeRecord>> records = new TreeMap<>();
    /** By node in a ring, whose ring. */
    private final TreeMap<Long, String> places = new TreeMap<>();

    /** By name, those whose ring is still the one of the checkpoint, changed by what came since. */
    private final TreeMap<String, Checkpoint.Base> bases = new TreeMap<>();

    private DatacenterRecords(Checkpoint checkpoint, Collection<ChangeRecord> since) {
        checkpoint.rings().forEach((name, ring) -> {
            bases.put(name, checkpoint.base(name));
            of(name);
            ring.nodes().forEach(node -> places.put(node, name));
        });
        for (ChangeRecord record : new TreeSet<>(since)) {
            add(record);
        }
    }

    /** What the fold of one datacenter's ring begins with, and the records that it goes on with, in their order. */
    public record Branch(Checkpoint.Base base, List<ChangeRecord> records) {}

    /**
     * By name of each datacenter that has a node, the records of its ring, in their order.
     *
     * @param all of the whole cluster, in any order; one that is there twice counts once
     */
    public static SortedMap<String, List<ChangeRecord>> split(Collection<ChangeRecord> all) {
        return new DatacenterRecords(Checkpoint.NONE, all).records;
    }

    /** The same from a checkpoint on, for each datacenter that has a node. */
    public static SortedMap<String, Branch> split(Checkpoint checkpoint, Collection<ChangeRecord> since) {
        DatacenterRecords split = new DatacenterRecords(checkpoint, since);
        TreeMap<String, Branch> branches = new TreeMap<>();
        split.records.forEach((name, records) ->
                branches.put(name, new Branch(split.bases.getOrDefault(name, Checkpoint.Base.NONE), records)));
        return branches;
    }

    /** The datacenter whose ring a node is in; null: it is in none. */
    public static @Nullable String placeOf(Checkpoint checkpoint, Collection<ChangeRecord> since, long node) {
        return new DatacenterRecords(checkpoint, since).places.get(node);
    }

    /** A number for a datacenter among those of nodes, which are random: what it is owed is filed under it. */
    public static long idOf(String name) {
        return new Md5Partitioner().hash(("datacenter " + name).getBytes(StandardCharsets.UTF_8));
    }

    private void add(ChangeRecord record) {
        switch (record.kind()) {
            case JOIN -> settle(record);
            case REPLACE -> replace(record);
            case LEAVE, FORGET -> withdraw(record.subject(), record);
            case WEIGHT -> {
                String place = places.get(record.subject());
                if (place != null) {
                    of(place).add(record);
                }
            }
        }
    }

    private List<ChangeRecord> of(String datacenter) {
        return records.computeIfAbsent(datacenter, name -> new ArrayList<>());
    }

    /** A node that comes back under another datacenter's name leaves the ring where it was. */
    private void settle(ChangeRecord record) {
        of(record.datacenter()).add(record);
        String before = places.put(record.subject(), record.datacenter());
        if (before != null && !before.equals(record.datacenter())) {
            takeOut(before, record.subject(), record);
        }
    }

    /** Across datacenters nothing can be renamed: the one joins its ring, and the other is gone from its own. */
    private void replace(ChangeRecord record) {
        long other = record.other();
        String place = other == record.subject() ? null : places.get(other);
        if (place == null && places.containsKey(record.subject())) {
            return;
        }
        settle(record);
        if (place != null) {
            places.remove(other);
            if (!place.equals(record.datacenter())) {
                takeOut(place, other, record);
            }
        }
    }

    private void withdraw(long node, ChangeRecord record) {
        // Data must stay somewhere: the last node of all cannot go, as in Claim.
        String place = places.size() > 1 ? places.remove(node) : null;
        if (place != null) {
            of(place).add(record);
            dropIfEmpty(place);
        }
    }

    private void takeOut(String datacenter, long node, ChangeRecord because) {
        of(datacenter).add(ChangeRecord.forget(because.author(), because.stamp(), node));
        dropIfEmpty(datacenter);
    }

    /** The last node of a datacenter may go while there is another datacenter; what comes later begins a new ring. */
    private void dropIfEmpty(String datacenter) {
        if (!places.containsValue(datacenter)) {
            records.remove(datacenter);
            bases.remove(datacenter);
        }
    }
}
