package io.kindred.main;

/**
 * Where clients connect.
 *
 * @param plain 0: nowhere without TLS
 * @param tls 0: nowhere with TLS
 */
record ClientPorts(int plain, int tls) {
    /** The one that the node is known by. */
    int first() {
        return plain == 0 ? tls : plain;
    }

    /** For the log. */
    String text() {
        String secure = tls == 0 ? "" : "port " + tls + " (TLS)";
        return plain == 0 ? secure : "port " + plain + (tls == 0 ? "" : " and " + secure);
    }
}
