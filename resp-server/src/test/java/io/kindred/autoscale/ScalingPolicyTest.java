package io.kindred.autoscale;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kindred.autoscale.Decision.Action;
import io.kindred.autoscale.Limits.Thresholds;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** The policy over made-up nodes, a second a step: up at 1000 ops/s (3 in a row), down at 200 (4), cool-down 10 s. */
final class ScalingPolicyTest {
    private static final Limits LIMITS = new Limits(
            3, 5, new Thresholds(1000, 0.8, 0.8), new Thresholds(200, 0.3, 0.5), 3, 4, TimeUnit.SECONDS.toNanos(10));

    private final ScalingPolicy policy = new ScalingPolicy(LIMITS);
    private final Map<String, NodeReading> readings = new TreeMap<>();
    private final List<String> missing = new ArrayList<>();
    private int second;

    private void nodes(int count) {
        readings.clear();
        for (int i = 1; i <= count; i++) {
            readings.put("n" + i, new NodeReading(i, 0, 0, 100, 900, count, ""));
        }
    }

    private void change(String name, UnaryOperator<NodeReading> to) {
        readings.computeIfPresent(name, (same, reading) -> to.apply(reading));
    }

    private static NodeReading worked(NodeReading r, long ops, double cpu) {
        return new NodeReading(
                r.start(),
                r.commands() + ops,
                r.cpuSeconds() + cpu,
                r.diskUsedBytes(),
                r.diskFreeBytes(),
                r.membersUp(),
                r.unsettled());
    }

    private static NodeReading unsettled(NodeReading r, String why) {
        return new NodeReading(
                r.start(), r.commands(), r.cpuSeconds(), r.diskUsedBytes(), r.diskFreeBytes(), r.membersUp(), why);
    }

    /** A second in which each node serves so many commands. */
    private Decision step(long ops) {
        return step(ops, 0.1);
    }

    private Decision step(long ops, double cpu) {
        second++;
        readings.replaceAll((name, reading) -> worked(reading, ops, cpu));
        return policy.decide(new Observation(
                TimeUnit.SECONDS.toNanos(second),
                readings.keySet().stream()
                        .map(name -> new Observation.Sight(
                                name, name.compareTo("n3") > 0, missing.contains(name) ? null : readings.get(name)))
                        .toList()));
    }

    private Action last(int steps, long ops) {
        Action action = Action.STAY;
        for (int i = 0; i < steps; i++) {
            assertEquals(Action.STAY, action, "before the last of the steps");
            action = step(ops).action();
        }
        return action;
    }

    @Test
    void addsOnlyAfterSoManyBusyObservationsInARow() {
        nodes(3);
        assertEquals(Action.STAY, step(5000).action(), "one observation is no rate");
        assertEquals(Action.ADD, last(3, 1000));
    }

    @Test
    void processorAndDiskCountAsWell() {
        nodes(3);
        step(0, 0.9);
        step(0, 0.9);
        step(0, 0.9);
        assertEquals(Action.ADD, step(0, 0.9).action());
        ScalingPolicyTest full = new ScalingPolicyTest();
        full.nodes(3);
        full.change("n2", r -> new NodeReading(r.start(), 0, 0, 800, 200, 3, ""));
        assertEquals(Action.ADD, full.last(4, 500), "one full disk is enough");
    }

    @Test
    void removesTheLeastLoadedOfThoseThatMayGo() {
        nodes(5);
        step(0);
        for (int i = 0; i < 3; i++) {
            change("n5", r -> worked(r, 50, 0));
            assertEquals(Action.STAY, step(100).action());
        }
        change("n5", r -> worked(r, 50, 0));
        Decision decision = step(100);
        assertEquals(Action.REMOVE, decision.action());
        assertEquals("n4", decision.node());
    }

    @Test
    void ofEquallyLoadedNodesTheLastGoes() {
        nodes(5);
        step(0);
        step(0);
        step(0);
        step(0);
        assertEquals("n5", step(0).node());
    }

    @Test
    void keepsToItsMinimumAndMaximum() {
        nodes(3);
        step(0);
        assertEquals(Action.STAY, last(20, 0));
        ScalingPolicyTest most = new ScalingPolicyTest();
        most.nodes(5);
        most.step(0);
        assertEquals(Action.STAY, most.last(20, 9000));
    }

    @Test
    void goesToItsMinimumAndMaximumWithoutLoad() {
        nodes(2);
        assertEquals(Action.ADD, step(500).action());
        ScalingPolicyTest many = new ScalingPolicyTest();
        many.nodes(6);
        many.step(500);
        assertEquals("n6", many.step(500).node());
    }

    @Test
    void neverRemovesANodeThatMustStay() {
        nodes(4);
        readings.remove("n4");
        readings.put("n0", new NodeReading(9, 0, 0, 100, 900, 4, ""));
        step(0);
        assertEquals(Action.STAY, last(10, 0));
    }

    @Test
    void flappingLoadChangesNothing() {
        nodes(4);
        step(0);
        for (int i = 0; i < 100; i++) {
            // Two of three, three of four: each streak ends before it counts.
            long ops = i % 5 < 2 ? 5000 : 0;
            assertEquals(Action.STAY, step(ops).action(), "step " + i);
        }
    }

    @Test
    void loadBetweenTheThresholdsChangesNothing() {
        nodes(4);
        step(500);
        assertEquals(Action.STAY, last(50, 500));
    }

    @Test
    void coolsDownAfterAChange() {
        nodes(3);
        step(5000);
        assertEquals(Action.ADD, last(3, 5000));
        policy.changed(TimeUnit.SECONDS.toNanos(second));
        for (int i = 0; i < 9; i++) {
            assertEquals(Action.STAY, step(5000).action());
        }
        assertEquals(Action.ADD, step(5000).action());
    }

    @Test
    void aMissingNodeForbidsAllAndBeginsTheCountAnew() {
        nodes(3);
        step(5000);
        step(5000);
        step(5000);
        missing.add("n2");
        Decision decision = step(5000);
        assertEquals(Action.STAY, decision.action());
        assertTrue(decision.why().contains("n2 does not answer"), decision.why());
        assertEquals(Action.STAY, last(10, 5000), "for as long as it is missing");
        missing.clear();
        assertEquals(Action.STAY, step(5000).action(), "its rate is not known yet");
        assertEquals(Action.ADD, last(3, 5000));
    }

    @Test
    void dataOnItsWayForbidsAll() {
        nodes(3);
        step(5000);
        change("n3", r -> unsettled(r, "partitions_in_transfer is 7"));
        assertEquals(Action.STAY, last(10, 5000));
        change("n3", r -> unsettled(r, ""));
        assertEquals(Action.ADD, last(3, 5000));
    }

    @Test
    void aMemberThatNobodyRunsForbidsAll() {
        nodes(3);
        readings.replaceAll((name, r) -> new NodeReading(r.start(), 0, 0, r.diskUsedBytes(), r.diskFreeBytes(), 4, ""));
        assertEquals(Action.STAY, last(10, 5000));
    }

    @Test
    void aRestartIsNoLoadAndNoIdleness() {
        nodes(4);
        step(0);
        step(0);
        step(0);
        // The new process has served fewer commands, and used less time, than the old one had.
        change("n1", r -> new NodeReading(77, 0, 0, 100, 900, 4, ""));
        Decision decision = step(0);
        assertEquals(Action.STAY, decision.action());
        assertTrue(decision.why().contains("no load known"), decision.why());
        assertEquals(Action.REMOVE, last(4, 0));
    }

    @Test
    void aResetOfTheStatisticsIsNotNegativeLoad() {
        nodes(4);
        step(500);
        change("n2", r -> new NodeReading(r.start(), -1_000_000, r.cpuSeconds(), 100, 900, 4, ""));
        Decision decision = step(500);
        assertTrue(decision.why().contains("no load known"), decision.why());
        assertEquals(Action.STAY, last(20, 500));
    }

    @Test
    void doesNotRemoveWhatWouldBeMissedAtOnce() {
        // Below 0.3 each; but where the thresholds are close, one fewer would be busy.
        Limits close = new Limits(1, 5, new Thresholds(250, 9, 0.9), new Thresholds(200, 8, 0.8), 1, 1, 0);
        ScalingPolicy tight = new ScalingPolicy(close);
        tight.decide(two(1, 0));
        Decision decision = tight.decide(two(2, 190));
        assertEquals(Action.STAY, decision.action());
        assertTrue(decision.why().contains("one node fewer would be busy"), decision.why());
        assertEquals(Action.REMOVE, tight.decide(two(3, 290)).action());
    }

    private static Observation two(int second, long commands) {
        NodeReading reading = new NodeReading(1, commands, 0, 1, 99, 2, "");
        return new Observation(
                TimeUnit.SECONDS.toNanos(second),
                List.of(new Observation.Sight("n1", true, reading), new Observation.Sight("n2", true, reading)));
    }

    @Test
    void thresholdsThatTouchAreRefused() {
        Limits limits = new Limits(1, 2, new Thresholds(10, 1, 1), new Thresholds(10, 0.5, 0.5), 1, 1, 0);
        assertTrue(String.valueOf(limits.problem()).contains("below"));
        assertEquals(null, LIMITS.problem());
    }
}
