package io.kindred.cluster.quorum;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import org.junit.jupiter.api.Test;

class RequestsTest {
    private static final long MILLI = 1_000_000L;
    private static final long TIMEOUT = 1000 * MILLI;

    private final Requests requests = new Requests(0, TIMEOUT);

    private static final class Counted extends Request {
        private int deadlines;

        @Override
        protected void onDeadline() {
            deadlines++;
        }
    }

    @Test
    void aRequestEndsAtItsDeadline() {
        Counted request = new Counted();
        requests.open(request, 0);
        requests.onTick(TIMEOUT - MILLI);
        assertEquals(0, request.deadlines);
        requests.onTick(TIMEOUT + 5 * MILLI);
        assertEquals(1, request.deadlines);
        assertEquals(0, requests.size());
    }

    /** As one that has several to tell, each at a time of its own. */
    @Test
    void aRequestMayAskForAnotherDeadlineAtItsFirst() {
        int[] deadlines = {0};
        Request request = new Request() {
            @Override
            protected void onDeadline() {
                if (++deadlines[0] == 1) {
                    requests.open(this, TIMEOUT, 2 * TIMEOUT);
                }
            }
        };
        requests.open(request, 0);
        requests.onTick(TIMEOUT + MILLI);
        assertEquals(1, requests.size());
        requests.onTick(2 * TIMEOUT + MILLI);
        assertEquals(2, deadlines[0]);
        assertEquals(0, requests.size());
    }

    /** Its answers may be there: nobody has looked. */
    @Test
    void aDeadlineThatThisNodeSleptThroughIsPutOffOnce() {
        Counted request = new Counted();
        requests.open(request, 0);
        long id = request.id;
        long woken = TIMEOUT + 400 * MILLI;
        requests.onTick(woken);
        assertEquals(0, request.deadlines);
        assertSame(request, requests.find(id));
        assertEquals(woken + TIMEOUT / 4, requests.nextTickNanos());
        requests.onTick(woken + TIMEOUT / 4 + 400 * MILLI);
        assertEquals(1, request.deadlines, "it is put off once");
        assertNull(requests.find(id));
    }

    @Test
    void anAnswerAfterTheSleepEndsIt() {
        Counted request = new Counted();
        requests.open(request, 0);
        requests.onTick(TIMEOUT + 400 * MILLI);
        requests.close(request);
        requests.onTick(3 * TIMEOUT);
        assertEquals(0, request.deadlines);
    }
}
