package io.kindred.cluster.transfer;

import io.kindred.cluster.membership.ChangeRecord;
import io.kindred.cluster.membership.Holding;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Has a made-up ring change a few times before the node serves anyone. A JVM runs what it has never run before twenty to
 * forty times slower than what it has compiled: the first change of the real ring would keep requests waiting for 30 to
 * 50 ms on every node at once, and takes 1 to 5 ms so.
 */
public final class WarmUp {
    private static final int PARTITIONS = 1024;
    private static final int REPLICAS = 3;
    private static final int MEMBERS = 5;

    private final List<Long> members = new ArrayList<>();
    private final Map<Long, Holding> told = new HashMap<>();
    private final List<ChangeRecord> records = new ArrayList<>();
    private final DatacenterRing ring = new DatacenterRing(PARTITIONS, REPLICAS);

    private final HeldBy held = new HeldBy() {
        @Override
        public List<Long> members() {
            return members;
        }

        @Override
        public Holding holding(long node) {
            return told.getOrDefault(node, new Holding(node, Holding.NONE, false, new long[0]));
        }
    };

    private WarmUp() {}

    public static void run() {
        new WarmUp().changeAll();
    }

    private void changeAll() {
        for (int number = 1; number <= MEMBERS; number++) {
            long node = number * 0x9e3779b97f4a7c15L;
            members.add(node);
            change(ChangeRecord.join(node, number, node, 1, ChangeRecord.Site.NONE));
        }
        change(ChangeRecord.leave(1, MEMBERS + 1, members.get(0)));
    }

    /** All partitions but those of the first 64 are where they ought to be afterwards, and then those as well. */
    private void change(ChangeRecord record) {
        records.add(record);
        ring.use(records, held);
        hold(1);
        hold(0);
    }

    private void hold(int fromWord) {
        for (long node : members) {
            long[] words = new long[PARTITIONS / Long.SIZE];
            Arrays.fill(words, fromWord, words.length, -1L);
            told.put(node, new Holding(node, records.size() * 2L - fromWord, true, words));
        }
        ring.use(records, held);
    }
}
