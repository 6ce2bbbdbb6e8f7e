/**
 * Scripts as Redis 7 runs them: {@link io.kindred.script.Script} is one that is compiled, {@link io.kindred.script.ScriptCalls}
 * what it may ask of its host, {@link io.kindred.script.ScriptLimits} what it may use, {@link io.kindred.script.ScriptCache}
 * those that a node knows.
 *
 * <p>A script is a pure function of its keys, its arguments and what its calls answer: it has no clock, no chance of its own,
 * and keeps nothing from one run to the next. So it may be begun anew at any time before its calls took effect.
 *
 * <p>Imports of Kindred: {@code cluster.message}, {@code cluster.quorum}, {@code lua}, {@code metrics}.
 */
@NullMarked
package io.kindred.script;

import org.jspecify.annotations.NullMarked;
