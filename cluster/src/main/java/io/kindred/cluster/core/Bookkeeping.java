package io.kindred.cluster.core;

import io.kindred.cluster.antientropy.ReapMarks;

/** What steps on records work with: where they are written, and what is kept beside them. */
record Bookkeeping(Records records, Dots dots, Visibility visibility, UnreadableRecords unreadable, ReapMarks marks) {}
