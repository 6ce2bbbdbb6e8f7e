package io.kindred.dist;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.security.SecureRandom;

/** Ports that nobody listens on, nor on those 10,000 above them, and that outgoing connections are not given. */
final class FreePorts {
    private static final int FIRST = 11_000;
    private static final int LAST = 21_000;
    private static final int CLUSTER_OFFSET = 10_000;
    private static final int TRIES = 200;

    private FreePorts() {}

    /** The first of so many in a row. */
    static int block(int count) {
        SecureRandom random = new SecureRandom();
        for (int i = 0; i < TRIES; i++) {
            int first = FIRST + random.nextInt(LAST - FIRST);
            boolean free = true;
            for (int port = first; port < first + count; port++) {
                free = free && isFree(port) && isFree(port + CLUSTER_OFFSET);
            }
            if (free) {
                return first;
            }
        }
        throw new IllegalStateException("no free ports");
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort() == port;
        } catch (IOException taken) {
            return false;
        }
    }
}
