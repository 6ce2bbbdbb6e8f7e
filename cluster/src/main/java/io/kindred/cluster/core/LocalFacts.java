package io.kindred.cluster.core;

import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** What gossip says of this node's own data, and what this node does with flush stamps that it is told. */
record LocalFacts(BooleanSupplier holdsData, Supplier<List<Long>> flushStamps, Consumer<List<Long>> onFlushStamps) {}
