package io.kindred.cluster.core;

import io.kindred.cluster.handoff.HintLedger;
import io.kindred.cluster.membership.ChangeRecord;
import io.kindred.cluster.membership.Member;
import java.util.List;

/**
 * What a node knew when it last stopped, and who it is now.
 *
 * @param self with this start's incarnation and generation
 * @param members the others, as last told
 * @param hints what is held for other nodes, in sum
 * @param meta the node-local records (floors, flush stamps) as {@link Effects#persist} was given them
 */
public record Recovered(
        Member self,
        List<Member> members,
        List<ChangeRecord> records,
        List<MetaRecord> meta,
        List<HintLedger.Debt> hints) {
    public record MetaRecord(byte[] key, byte[] value) {}

    public static Recovered fresh(Member self) {
        return new Recovered(self, List.of(), List.of(), List.of(), List.of());
    }
}
