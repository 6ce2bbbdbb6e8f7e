package io.kindred.main;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code host:cluster-port,...}; an IPv6 address stands in brackets. Names are looked up when they are dialed. */
final class SeedsForm implements ValueForm {
    private static final int PORT_MAX = 65_535;

    @Override
    public @Nullable String problem(String value) {
        for (String seed : split(value)) {
            if (parse(seed) == null) {
                return "'" + seed + "' is not host:cluster-port";
            }
        }
        return null;
    }

    @Override
    public String values() {
        return "host:cluster-port, one or more, with commas or spaces between them";
    }

    @Override
    public String canonical(String value) {
        return String.join(",", split(value));
    }

    @Override
    public boolean severalWords() {
        return true;
    }

    /** Requires: no problem. */
    static List<InetSocketAddress> addresses(String value) {
        List<InetSocketAddress> addresses = new ArrayList<>();
        for (String seed : split(value)) {
            InetSocketAddress address = parse(seed);
            if (address != null) {
                addresses.add(address);
            }
        }
        return addresses;
    }

    private static List<String> split(String value) {
        List<String> seeds = new ArrayList<>();
        for (String seed : value.split("[,\\s]+", -1)) {
            if (!seed.isEmpty()) {
                seeds.add(seed);
            }
        }
        return seeds;
    }

    private static @Nullable InetSocketAddress parse(String seed) {
        int colon = seed.lastIndexOf(':');
        Long port = ValueForms.parsedLong(seed.substring(colon + 1));
        if (colon < 1 || port == null || port < 1 || port > PORT_MAX) {
            return null;
        }
        String host = seed.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        } else if (host.indexOf(':') >= 0) {
            return null;
        }
        return host.isEmpty() ? null : InetSocketAddress.createUnresolved(host, port.intValue());
    }
}
