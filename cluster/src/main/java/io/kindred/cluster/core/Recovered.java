package io.kindred.cluster.core;

import io.kindred.cluster.antientropy.ReplayedTrees;
import io.kindred.cluster.handoff.HintLedger;
import io.kindred.cluster.handoff.OwedRanges;
import io.kindred.cluster.membership.ChangeRecord;
import io.kindred.cluster.membership.Departure;
import io.kindred.cluster.membership.Member;
import io.kindred.cluster.ring.Checkpoint;
import io.kindred.cluster.ring.DatacenterRecords;
import io.kindred.cluster.ring.FoldedRing;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * What a node knew when it last stopped, and who it is now.
 *
 * @param self with this start's incarnation and generation
 * @param members the others, as last told
 * @param departures how some of them have left
 * @param checkpoint what stands for the change records before {@code records}
 * @param hints what is held for other nodes, in sum
 * @param past what its directory remembers
 * @param meta the node-local records (floors, flush stamps) as {@link Effects#persist} was given them
 * @param trees what the log has of the trees that are among these
 */
public record Recovered(
        Member self,
        List<Member> members,
        List<Departure> departures,
        Checkpoint checkpoint,
        List<ChangeRecord> records,
        List<MetaRecord> meta,
        List<HintLedger.Debt> hints,
        ReplayedTrees trees,
        Past past) {
    /**
     * What the data directory promises, beside what is in the store.
     *
     * @param cluster that the node belongs to; 0: none yet
     * @param lives the starts that it remembers, this one among them
     * @param foundLess whether the store is not, or not all of, what the directory says was there. This start may have lost
     *     anything; it has an incarnation of its own already
     * @param replaces the member whose place it asks for; empty: one of its own
     */
    public record Past(long cluster, List<Long> lives, boolean foundLess, String replaces) {
        static Past of(Member self) {
            return new Past(0, List.of(self.start()), false, "");
        }
    }

    /** Whether it knows of any ring. */
    boolean hasRing() {
        return !records.isEmpty() || !checkpoint.records().isNone();
    }

    public record MetaRecord(byte[] key, byte[] value) {}

    /** Rings that this node had folded by then, and that were settled. */
    List<FoldedRing> foldedRings(int partitions) {
        List<FoldedRing> folded = new ArrayList<>();
        for (MetaRecord record : meta) {
            byte kind = MetaKey.kind(record.key());
            boolean isRing = kind == MetaKey.FOLDED || kind == MetaKey.SETTLED;
            FoldedRing ring = isRing ? FoldedRing.decode(record.value(), partitions) : null;
            if (ring != null) {
                folded.add(ring);
            }
        }
        return folded;
    }

    /**
     * The records that have a node owe exchanges of everything to every other node and datacenter, in place of hints that
     * cannot be read.
     *
     * @param members the others, as last told
     * @param datacenter this node's
     */
    public static List<MetaRecord> owingAll(List<Member> members, String datacenter, int partitions) {
        TreeSet<Long> owed = new TreeSet<>();
        for (Member member : members) {
            owed.add(member.id());
            if (!member.datacenter().equals(datacenter)) {
                owed.add(DatacenterRecords.idOf(member.datacenter()));
            }
        }
        List<MetaRecord> records = new ArrayList<>();
        for (long intended : owed) {
            for (int partition = 0; partition < partitions; partition++) {
                records.add(new MetaRecord(MetaKey.owed(new OwedRanges.Range(intended, partition)), MetaKey.value(1)));
            }
        }
        return records;
    }

    public static Recovered fresh(Member self) {
        return new Recovered(
                self,
                List.of(),
                List.of(),
                Checkpoint.NONE,
                List.of(),
                List.of(),
                List.of(),
                ReplayedTrees.NONE,
                Past.of(self));
    }
}
