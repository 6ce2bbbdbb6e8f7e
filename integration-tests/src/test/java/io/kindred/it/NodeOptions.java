package io.kindred.it;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * How one server process is started.
 *
 * @param dir where its data directory and its log lie
 * @param prefix what stands before the java command, such as a change of network namespace
 * @param host the address that clients use
 * @param directives the command line after the name, the ports and the directory
 */
record NodeOptions(
        String name,
        Path dir,
        int port,
        int clusterPort,
        List<String> jvm,
        List<String> prefix,
        String host,
        List<String> directives) {

    /** Free ports, a small heap and a JVM tuned for a quick start. */
    static NodeOptions of(String name, Path dir, String... directives) {
        return new NodeOptions(
                name,
                dir,
                FreePorts.next(),
                FreePorts.next(),
                jvm("-Xmx256m"),
                List.of(),
                "127.0.0.1",
                List.of(directives));
    }

    private static List<String> jvm(String... heap) {
        List<String> flags = new ArrayList<>(List.of(heap));
        // The last: the JVM's own statistics can stall it for as long as the disk is busy.
        flags.addAll(List.of(
                "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", SharedClasses.flag(), "-XX:+PerfDisableSharedMem"));
        return List.copyOf(flags);
    }

    /**
     * With a heap that is there from the start, short collections, and code that is compiled at its twentieth run: for what
     * is measured by its slowest requests within minutes of the start.
     */
    NodeOptions steady() {
        List<String> steady =
                jvm("-Xmx512m", "-Xms512m", "-Xmn16m", "-XX:+AlwaysPreTouch", "-XX:CompileThresholdScaling=0.1");
        return new NodeOptions(name, dir, port, clusterPort, steady, prefix, host, directives);
    }

    /** With a heap of which many fit on a small machine. */
    NodeOptions small() {
        return new NodeOptions(name, dir, port, clusterPort, jvm("-Xmx128m"), prefix, host, directives);
    }

    NodeOptions with(String... more) {
        List<String> all = new ArrayList<>(directives);
        all.addAll(List.of(more));
        return new NodeOptions(name, dir, port, clusterPort, jvm, prefix, host, List.copyOf(all));
    }

    NodeOptions withJvm(String... flags) {
        return new NodeOptions(name, dir, port, clusterPort, List.of(flags), prefix, host, directives);
    }

    NodeOptions onPorts(int otherPort, int otherClusterPort) {
        return new NodeOptions(name, dir, otherPort, otherClusterPort, jvm, prefix, host, directives);
    }

    /** In another network namespace, under the address that it has there. */
    NodeOptions at(String address, List<String> enter) {
        return new NodeOptions(name, dir, port, clusterPort, jvm, enter, address, directives);
    }

    Path dataDirectory() {
        return dir.resolve(name);
    }
}
