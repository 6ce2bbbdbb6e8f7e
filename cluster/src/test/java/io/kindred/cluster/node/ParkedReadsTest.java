package io.kindred.cluster.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kindred.cluster.message.Message;
import io.kindred.cluster.message.RequestMessage;
import io.kindred.cluster.ring.RecordKey;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ParkedReadsTest {
    private final ParkedReads parked = new ParkedReads(1000);
    private final List<Long> read = new ArrayList<>();

    private static RequestMessage.ReadRequest request(long id) {
        return new RequestMessage.ReadRequest(id, RecordKey.firstOf(1), false);
    }

    private void resume(long behind, long nowNanos) {
        parked.resume(peer -> peer == behind, (from, request) -> read.add(request.requestId()), nowNanos);
    }

    @Test
    void readsOfAPeerThatIsBehindWaitAndKeepTheirOrder() {
        for (long id = 1; id <= 6; id++) {
            assertNull(parked.park(id % 2, request(id), 0));
        }
        resume(1, 10);
        assertEquals(List.of(2L, 4L, 6L), read);
        resume(0, 20);
        assertEquals(List.of(2L, 4L, 6L, 1L, 3L, 5L), read);
        assertTrue(parked.isEmpty());
    }

    @Test
    void aReadWhoseAskerHasGivenUpIsDropped() {
        parked.park(1, request(1), 0);
        parked.park(1, request(2), 900);
        resume(0, 1500);
        assertEquals(List.of(2L), read);
    }

    @Test
    void tooManyAreRefused() {
        for (int i = 0; i < ParkedReads.READS_MAX; i++) {
            assertNull(parked.park(1, request(i), 0));
        }
        RequestMessage.ReadReply refusal =
                assertInstanceOf(RequestMessage.ReadReply.class, parked.park(1, request(9), 0));
        assertEquals(Message.Verdict.OVERLOADED, refusal.verdict());
    }
}
