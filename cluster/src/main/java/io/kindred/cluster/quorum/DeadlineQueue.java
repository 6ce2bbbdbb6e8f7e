package io.kindred.cluster.quorum;

/**
 * Request ids in the order of their deadlines. All requests of one queue have the same patience, so a ring buffer does
 * what a heap would, in O(1). Requests that have ended stay in it until they come to its head.
 */
final class DeadlineQueue {
    private long[] deadlines = new long[64];
    private long[] ids = new long[64];
    private int head;
    private int size;

    void add(long deadlineNanos, long id) {
        if (size == ids.length) {
            grow();
        }
        int slot = (head + size) & (ids.length - 1);
        deadlines[slot] = deadlineNanos;
        ids[slot] = id;
        size++;
    }

    boolean isEmpty() {
        return size == 0;
    }

    long headDeadline() {
        return deadlines[head];
    }

    long headId() {
        return ids[head];
    }

    void pop() {
        head = (head + 1) & (ids.length - 1);
        size--;
    }

    private void grow() {
        long[] moreDeadlines = new long[ids.length * 2];
        long[] moreIds = new long[ids.length * 2];
        for (int i = 0; i < size; i++) {
            int slot = (head + i) & (ids.length - 1);
            moreDeadlines[i] = deadlines[slot];
            moreIds[i] = ids[slot];
        }
        deadlines = moreDeadlines;
        ids = moreIds;
        head = 0;
    }
}
