package io.kindred.cluster.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.kindred.cluster.message.Message;
import io.kindred.cluster.message.Message.Verdict;
import io.kindred.cluster.message.Outcome;
import io.kindred.cluster.quorum.Clocks;
import io.kindred.cluster.quorum.HintKeeper;
import io.kindred.cluster.quorum.LocalReplica;
import io.kindred.cluster.quorum.Origin;
import io.kindred.cluster.quorum.Outbox;
import io.kindred.cluster.quorum.Requests;
import io.kindred.cluster.quorum.Router;
import io.kindred.cluster.ring.RecordKey;
import io.kindred.cluster.version.HybridClock;
import io.kindred.cluster.version.Versions;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RelayCoreTest {
    private static final long[] THERE = {4, 5, 6};

    private final List<Long> sentTo = new ArrayList<>();
    private final RelayCore relays = new RelayCore(
            outbox(), new Requests(0, 1_000_000_000L), new Clocks(new HybridClock(500)), router(), hints());

    private void write() {
        relays.spread(RecordKey.firstOf(1), Versions.EMPTY);
    }

    @Test
    void writesGoToTheNodesThereInTurn() {
        for (int i = 0; i < 4; i++) {
            write();
        }
        assertEquals(List.of(4L, 5L, 6L, 4L), sentTo);
    }

    /** Two thousand writes a second make so many in twelve days. */
    @Test
    void aNodeGoesOnAfterMoreWritesThanAnIntCounts() {
        relays.turn = Integer.MAX_VALUE;
        for (int i = 0; i < 6; i++) {
            write();
        }
        assertEquals(6, sentTo.size());
        assertEquals(List.of(4L, 5L, 6L), sentTo.stream().distinct().sorted().toList());
    }

    private Outbox outbox() {
        return new Outbox() {
            @Override
            public void send(long to, Message message) {
                sentTo.add(to);
            }

            @Override
            public void reply(Origin origin, Outcome outcome) {
                throw new AssertionError("a relay answers nobody");
            }
        };
    }

    private static HintKeeper hints() {
        return new HintKeeper() {
            @Override
            public void store(long intended, RecordKey storageKey, Versions delta, Stored done) {
                throw new AssertionError("a relay stands in for nobody");
            }

            @Override
            public void keep(long intended, RecordKey storageKey, Versions delta) {
                throw new AssertionError("everybody is there");
            }

            @Override
            public void read(RecordKey storageKey, long[] replicas, LocalReplica.ReadStep step) {
                step.loaded(Verdict.OK, Versions.EMPTY);
            }
        };
    }

    /** One other datacenter, of three nodes that are up. */
    private static Router router() {
        return (Router) Proxy.newProxyInstance(
                Router.class.getClassLoader(),
                new Class<?>[] {Router.class},
                (proxy, method, args) -> switch (method.getName()) {
                    case "remotes" -> new long[] {77};
                    case "writersIn", "walkIn" -> THERE;
                    case "avoids" -> false;
                    default -> throw new AssertionError("a relay asks " + method);
                });
    }
}
