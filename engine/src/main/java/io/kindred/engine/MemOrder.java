package io.kindred.engine;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A memtable's keys in their order, as far as scan steps have asked for it: nothing is done when an entry is written, and
 * only the groups that a step comes to are sorted.
 *
 * <p>Owned by: the engine's owner thread, also when the memtable is sealed; the flush sorts for itself.
 */
final class MemOrder {
    private final MemTable table;
    private int[] groups = {};
    private @Nullable GroupOrder[] orders = new GroupOrder[0];

    MemOrder(MemTable table) {
        this.table = table;
    }

    /** All groups, in the order of their keys; not to be changed. */
    int[] groups() {
        // Groups are never forgotten: as many are the same ones.
        if (groups.length != table.groups().counts().size()) {
            groups = table.groups().sorted();
        }
        return groups;
    }

    /** A group's entries, standing before the first key that is not below `from`. */
    GroupOrder seek(int group, byte[] from) {
        int place = table.groups().counts().find(group);
        if (place >= orders.length) {
            orders = Arrays.copyOf(orders, table.groups().counts().size());
        }
        GroupOrder order = orders[place];
        if (order == null) {
            order = new GroupOrder(table);
            orders[place] = order;
        }
        order.seek(table.groups().head(group), from);
        return order;
    }

    /**
     * An entry is taken back. What a step has seen of it is sorted anew, for its superseded entries hold again; that is
     * seldom, because a commit must have failed behind a scan step.
     */
    void takenBack(int group, int ref) {
        int place = table.groups().counts().find(group);
        if (place < orders.length) {
            GroupOrder order = orders[place];
            if (order != null && order.endsWith(ref)) {
                orders[place] = null;
            }
        }
    }
}
