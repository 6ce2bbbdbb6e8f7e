package io.kindred.autoscale;

import io.kindred.client.RespClient;
import io.kindred.client.RespClients;
import java.io.IOException;
import java.io.PrintStream;
import java.time.LocalTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Looks at all nodes at intervals, asks the policy, and has done what it decides. Owned by: one thread. */
final class Autoscaler {
    private final NodeProvider provider;
    private final ScalingPolicy policy;
    private final RespClients clients;
    private final Settings settings;
    private final PrintStream log;

    /**
     * How it goes about it.
     *
     * @param dryRun decides and tells, and does nothing
     */
    record Settings(long intervalMillis, String password, boolean dryRun) {}

    Autoscaler(NodeProvider provider, ScalingPolicy policy, RespClients clients, Settings settings, PrintStream log) {
        this.provider = provider;
        this.clients = clients;
        this.policy = policy;
        this.settings = settings;
        this.log = log;
    }

    /** Until its thread is interrupted. */
    void run() throws InterruptedException {
        while (true) {
            step();
            TimeUnit.MILLISECONDS.sleep(settings.intervalMillis());
        }
    }

    /** One observation, and what follows from it. */
    void step() throws InterruptedException {
        Decision decision;
        try {
            decision = policy.decide(observe());
        } catch (IOException e) {
            decision = Decision.stay("the nodes cannot be listed: " + e.getMessage());
        }
        say(decision.action() + (decision.node().isEmpty() ? "" : " " + decision.node()) + ": " + decision.why());
        if (decision.action() != Decision.Action.STAY) {
            change(decision);
        }
    }

    private Observation observe() throws IOException, InterruptedException {
        List<Observation.Sight> sights = new ArrayList<>();
        for (NodeProvider.ProvidedNode node : provider.list()) {
            sights.add(sight(node));
        }
        return new Observation(System.nanoTime(), sights);
    }

    private Observation.Sight sight(NodeProvider.ProvidedNode node) throws InterruptedException {
        try (RespClient client = clients.connect(node.host(), node.port(), settings.password())) {
            NodeReading reading = InfoFields.of(client.text("INFO")).reading();
            return new Observation.Sight(node.name(), node.removable(), reading);
        } catch (IOException e) {
            say("no reading of " + node.name() + " at " + node.host() + ":" + node.port() + ": " + e.getMessage());
            return new Observation.Sight(node.name(), node.removable(), null);
        }
    }

    /** A change that failed is followed by the cool-down as well: what stopped it will rarely be gone at once. */
    private void change(Decision decision) throws InterruptedException {
        try {
            if (settings.dryRun()) {
                say("a dry run: nothing is done");
            } else if (decision.action() == Decision.Action.ADD) {
                say("added " + provider.add());
            } else {
                provider.remove(decision.node());
                say("removed " + decision.node());
            }
        } catch (IOException e) {
            say(decision.action() + " failed: " + e.getMessage());
        }
        policy.changed(System.nanoTime());
    }

    private void say(String what) {
        log.println(LocalTime.now().truncatedTo(ChronoUnit.MILLIS) + " " + what.replace("\n", " | "));
        log.flush();
    }
}
