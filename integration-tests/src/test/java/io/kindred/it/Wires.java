package io.kindred.it;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * A small network for nodes 1 to n, each in a network namespace of its own; this process's namespace is the hub.
 *
 * <p>Every pair of nodes is joined by a bridge of its own in the hub, and every node with the hub directly. Cutting a
 * pair takes that bridge down: both ends keep their carrier and their routes, so packets vanish without a word, as on a
 * broken network; the hub still reaches both. Needs: to be root in a user namespace with a network namespace.
 */
final class Wires implements AutoCloseable {
    private static final String HUB_ADDRESS = "10.77.0.254";
    private final List<Process> namespaces = new ArrayList<>();

    Wires(int nodes) throws IOException {
        run("ip", "link", "set", "lo", "up");
        run("ip", "address", "add", HUB_ADDRESS + "/32", "dev", "lo");
        for (int node = 1; node <= nodes; node++) {
            addNamespace(node);
            join(node, "hub" + node, "10.77.0.254", "hub");
            run("ip", "link", "set", "hub" + node, "up");
            run("ip", "route", "add", address(node) + "/32", "dev", "hub" + node, "src", HUB_ADDRESS);
        }
        for (int low = 1; low <= nodes; low++) {
            for (int high = low + 1; high <= nodes; high++) {
                addPair(low, high);
            }
        }
    }

    static String address(int node) {
        return "10.77.0." + node;
    }

    /** What a command is prefixed with to run in the node's namespace. */
    List<String> prefix(int node) {
        return List.of("nsenter", "--net=/proc/" + namespaces.get(node - 1).pid() + "/ns/net", "--");
    }

    void cut(int one, int other) {
        run("ip", "link", "set", bridge(one, other), "down");
    }

    void heal(int one, int other) {
        run("ip", "link", "set", bridge(one, other), "up");
    }

    private void addNamespace(int node) throws IOException {
        Process holder = new ProcessBuilder("unshare", "--net", "cat").start();
        namespaces.add(holder);
        String own = Program.output("readlink", "/proc/self/ns/net");
        Await.until(
                "node " + node + " has its namespace",
                Duration.ofSeconds(10),
                () -> !Program.output("readlink", "/proc/" + holder.pid() + "/ns/net")
                        .equals(own));
        inside(node, "ip", "link", "set", "lo", "up");
        inside(node, "ip", "address", "add", address(node) + "/32", "dev", "lo");
    }

    private void addPair(int low, int high) {
        String bridge = bridge(low, high);
        run("ip", "link", "add", "name", bridge, "type", "bridge");
        run("ip", "link", "set", bridge, "up");
        for (int node : new int[] {low, high}) {
            int other = node == low ? high : low;
            String port = "port" + node + other;
            join(node, port, address(other), "to" + other);
            run("ip", "link", "set", port, "master", bridge);
            run("ip", "link", "set", port, "up");
        }
    }

    /** A link with one end here and one in the node's namespace, through which the node reaches the address. */
    private void join(int node, String endHere, String reached, String endThere) {
        String holder = Long.toString(namespaces.get(node - 1).pid());
        run("ip", "link", "add", "name", endHere, "type", "veth", "peer", "name", endThere, "netns", holder);
        inside(node, "ip", "link", "set", endThere, "up");
        inside(node, "ip", "route", "add", reached + "/32", "dev", endThere, "src", address(node));
    }

    private static String bridge(int one, int other) {
        return "pair" + Math.min(one, other) + Math.max(one, other);
    }

    private void inside(int node, String... command) {
        List<String> all = new ArrayList<>(prefix(node));
        all.addAll(Arrays.asList(command));
        run(all.toArray(String[]::new));
    }

    private static void run(String... command) {
        Program.ran(null, Map.of(), command).succeeded();
    }

    @Override
    public void close() {
        namespaces.forEach(Process::destroyForcibly);
    }
}
