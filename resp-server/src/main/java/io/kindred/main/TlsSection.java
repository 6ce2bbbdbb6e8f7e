package io.kindred.main;

import io.kindred.cluster.wire.tls.Tls;
import io.kindred.cluster.wire.tls.TlsCounters;
import java.util.concurrent.TimeUnit;

/** The lines of INFO's Kindred section about TLS. */
final class TlsSection {
    private TlsSection() {}

    static void append(InfoText out, Tls tls, ClientPorts ports) {
        TlsCounters clients = tls.clients();
        TlsCounters peers = tls.peers();
        out.field("tls_port", ports.tls())
                .field("tls_provider", tls.providerName())
                .field("tls_certificate_end_seconds", TimeUnit.MILLISECONDS.toSeconds(tls.certificateEndMillis()))
                .field("tls_reloads", tls.reloads())
                .field("tls_reload_failures", tls.reloadFailures())
                .field("tls_handshakes", clients.handshakes())
                .field("tls_handshake_failures", clients.handshakeFailures())
                .field("tls_handshake_timeouts", clients.handshakeTimeouts())
                .field("tls_plain_refused", clients.plainRefused())
                .field("tls_broken", clients.broken())
                .field("tls_on_plain_port", tls.tlsOnPlainPort())
                .field("tls_peer_handshakes", peers.handshakes())
                .field("tls_peer_handshake_failures", peers.handshakeFailures())
                .field("tls_peer_plain_refused", peers.plainRefused())
                .field("tls_peer_broken", peers.broken());
    }
}
