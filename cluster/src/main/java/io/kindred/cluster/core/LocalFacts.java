package io.kindred.cluster.core;

import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** What gossip says of flushes, and what this node does with flush stamps that it is told. */
record LocalFacts(Supplier<List<Long>> flushStamps, Consumer<List<Long>> onFlushStamps) {}
