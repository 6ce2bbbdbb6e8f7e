package io.kindred.cluster.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.kindred.cluster.ring.Checkpoint;
import io.kindred.cluster.version.CorruptRecordException;
import io.kindred.cluster.wire.MembershipCodec.Remembered;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a node stores of its cluster: with a checkpoint, without, and as it was before there were any. */
class CheckpointCodecTest {
    @Test
    void aMembershipRecordIsReadAsItWasWritten() {
        for (long seed = 1; seed <= 50; seed++) {
            Samples samples = new Samples(seed);
            for (Checkpoint checkpoint : List.of(Checkpoint.NONE, samples.checkpoint())) {
                Remembered written = new Remembered(
                        List.of(samples.member()),
                        List.of(samples.departure(), samples.departure()),
                        checkpoint,
                        List.of(samples.change()));
                assertEquals(written, MembershipCodec.decode(MembershipCodec.encode(written)), "seed " + seed);
            }
        }
    }

    @Test
    void oneOfBeforeThereWereCheckpointsIsRead() {
        assertEquals(Remembered.NOTHING, MembershipCodec.decode(new byte[] {1, 0, 0}));
    }

    @Test
    void oneOfBeforeDeparturesWereRememberedIsRead() {
        assertEquals(Remembered.NOTHING, MembershipCodec.decode(new byte[] {2, 0, 0, 0}));
    }

    @Test
    void oneThatIsCutShortIsNone() {
        Samples samples = new Samples(3);
        byte[] whole = MembershipCodec.encode(
                new Remembered(List.of(), List.of(samples.departure()), samples.checkpoint(), List.of()));
        for (int length = 0; length < whole.length; length++) {
            byte[] part = Arrays.copyOf(whole, length);
            assertThrows(CorruptRecordException.class, () -> MembershipCodec.decode(part));
        }
    }
}
