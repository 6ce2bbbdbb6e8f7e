package io.kindred.cluster.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.kindred.cluster.term.Terms;
import io.kindred.cluster.version.CorruptRecordException;
import io.kindred.cluster.version.Term;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class TermDiskTest {
    private static final int PARTITION = 1_023;

    private static List<Terms.Kept> stored(ByteBuffer value) {
        byte[] key = MetaKey.of(MetaKey.TERM, PARTITION);
        return TermDisk.stored(List.of(new Recovered.MetaRecord(key, value.array())));
    }

    private static ByteBuffer value(long number, long node, long... formers) {
        ByteBuffer value =
                ByteBuffer.allocate(16 + 8 * formers.length).putLong(number).putLong(node);
        LongStream.of(formers).forEach(value::putLong);
        return value;
    }

    @Test
    void termsAreReadAtTheirEnds() {
        for (long number : new long[] {1, 127, 128, Term.NUMBER_MAX - 1, Term.NUMBER_MAX}) {
            for (long node : new long[] {Long.MIN_VALUE, -1, 0, 1, Long.MAX_VALUE}) {
                Term term = new Term(number, node);
                assertEquals(List.of(new Terms.Kept(PARTITION, term, List.of())), stored(value(number, node)));
                Terms.Kept uncounted = new Terms.Kept(PARTITION, term, List.of(node, -1L, Long.MAX_VALUE));
                assertEquals(List.of(uncounted), stored(value(number, node, node, -1, Long.MAX_VALUE)));
            }
        }
        assertEquals(List.of(new Terms.Kept(PARTITION, Term.NONE, List.of())), stored(value(0, 0)));
    }

    @Test
    void aRecordThatMakesNoSenseIsNotTakenForNone() {
        for (ByteBuffer senseless : List.of(
                ByteBuffer.allocate(0),
                ByteBuffer.allocate(15),
                ByteBuffer.allocate(17),
                value(-1, 1),
                value(Long.MIN_VALUE, 1),
                value(Term.NUMBER_MAX + 1, 1),
                value(0, 1))) {
            assertThrows(CorruptRecordException.class, () -> stored(senseless));
        }
    }
}
