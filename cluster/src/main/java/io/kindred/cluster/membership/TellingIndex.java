package io.kindred.cluster.membership;

import java.util.Arrays;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/** What the other members have told, by id: found by a binary search. */
final class TellingIndex implements Iterable<MemberTelling> {
    private long[] ids = {};
    private MemberTelling[] all = {};

    int size() {
        return all.length;
    }

    /** In the order of ids. */
    MemberTelling at(int position) {
        return all[position];
    }

    /** Negative where it is not known. */
    int position(long id) {
        return Arrays.binarySearch(ids, id);
    }

    @Nullable
    MemberTelling find(long id) {
        int at = position(id);
        return at < 0 ? null : all[at];
    }

    void insert(MemberTelling told) {
        int at = -position(told.member.id()) - 1;
        ids = Arrays.copyOf(ids, ids.length + 1);
        all = Arrays.copyOf(all, all.length + 1);
        System.arraycopy(ids, at, ids, at + 1, ids.length - 1 - at);
        System.arraycopy(all, at, all, at + 1, all.length - 1 - at);
        ids[at] = told.member.id();
        all[at] = told;
    }

    void remove(MemberTelling told) {
        int at = position(told.member.id());
        int behind = ids.length - 1 - at;
        System.arraycopy(ids, at + 1, ids, at, behind);
        System.arraycopy(all, at + 1, all, at, behind);
        ids = Arrays.copyOf(ids, ids.length - 1);
        all = Arrays.copyOf(all, all.length - 1);
    }

    MemberTelling[] toArray() {
        return all.clone();
    }

    @Override
    public Iterator<MemberTelling> iterator() {
        return Arrays.asList(all).iterator();
    }
}
