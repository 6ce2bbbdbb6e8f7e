package io.kindred.cluster.core;

import io.kindred.cluster.quorum.Clocks;

/** What a part of the core runs in. */
record CoreContext(Clocks clocks, RandomSource random, CoreOutput output) {}
