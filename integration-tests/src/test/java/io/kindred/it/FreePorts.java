package io.kindred.it;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Ports that nothing listens on, each given once. They come from below the range from which the kernel takes ports for
 * outgoing connections, so that a port stays free between a node's stop and its restart; and from a random place on, so
 * that test runs beside each other rarely meet.
 */
final class FreePorts {
    private static final int LOWEST = 12_000;
    private static final int HIGHEST = 22_000;
    /** What bin/kindred-cluster adds to a node's port for its peers; that port is below the kernel's range too. */
    private static final int CLUSTER_OFFSET = 10_000;

    private static final AtomicInteger NEXT =
            new AtomicInteger(ThreadLocalRandom.current().nextInt(LOWEST, HIGHEST));

    private FreePorts() {}

    static int next() {
        for (int tries = LOWEST; tries < HIGHEST; tries++) {
            int port = NEXT.getAndUpdate(last -> last + 1 == HIGHEST ? LOWEST : last + 1);
            if (isFree(port)) {
                return port;
            }
        }
        throw new AssertionError("no free port between " + LOWEST + " and " + HIGHEST);
    }

    /** The first of several consecutive ports, each free as the port that the scripts give to peers is. */
    static int block(int ports) {
        for (int tries = LOWEST; tries < HIGHEST; tries += ports) {
            int first = NEXT.getAndUpdate(last -> last + 2 * ports >= HIGHEST ? LOWEST : last + ports);
            boolean fits = first + ports <= HIGHEST;
            for (int port = first; fits && port < first + ports; port++) {
                fits = isFree(port) && isFree(port + CLUSTER_OFFSET);
            }
            if (fits) {
                return first;
            }
        }
        throw new AssertionError("no " + ports + " free ports in a row between " + LOWEST + " and " + HIGHEST);
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
