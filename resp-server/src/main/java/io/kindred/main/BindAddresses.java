package io.kindred.main;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The addresses that a node listens on: for clients all of them, for nodes the first.
 *
 * @param problem null: none
 */
record BindAddresses(List<Bound> all, @Nullable String problem) {
    /**
     * One address.
     *
     * @param optional it may be missing on this machine
     */
    record Bound(String text, InetAddress address, boolean optional) {
        InetSocketAddress at(int port) {
            return new InetSocketAddress(address, port);
        }
    }

    /** As {@code bind} has them: names or addresses, {@code *} for all, a dash before one that may be missing. */
    static BindAddresses of(String bind) {
        return of("bind", bind);
    }

    /** As {@link #of(String)}, of another directive. */
    static BindAddresses of(String directive, String bind) {
        List<Bound> all = new ArrayList<>();
        for (String word : bind.split(" ", -1)) {
            boolean optional = word.startsWith("-");
            String host = optional ? word.substring(1) : word;
            try {
                all.add(new Bound(host, InetAddress.getByName(host.equals("*") ? "0.0.0.0" : host), optional));
            } catch (UnknownHostException e) {
                if (!optional) {
                    return new BindAddresses(
                            List.of(), "'" + directive + " " + bind + "': there is no address " + host);
                }
            }
        }
        return new BindAddresses(
                List.copyOf(all), all.isEmpty() ? "'" + directive + " " + bind + "' names no address" : null);
    }

    /** Whether nobody on another machine can connect. */
    boolean isLoopback() {
        return all.stream().allMatch(bound -> bound.address().isLoopbackAddress());
    }

    Bound first() {
        return all.get(0);
    }

    /** What other nodes and clients dial: the first address, or one of this machine's where that stands for all. */
    String announced() throws SocketException {
        InetAddress address = first().address();
        if (!address.isAnyLocalAddress()) {
            return address.getHostAddress();
        }
        for (NetworkInterface card : NetworkInterface.networkInterfaces().toList()) {
            for (InetAddress own : card.inetAddresses().toList()) {
                if (card.isUp() && !own.isLoopbackAddress() && !own.isLinkLocalAddress()) {
                    return own.getHostAddress();
                }
            }
        }
        return InetAddress.getLoopbackAddress().getHostAddress();
    }
}
