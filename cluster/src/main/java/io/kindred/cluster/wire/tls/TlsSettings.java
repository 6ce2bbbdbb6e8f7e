package io.kindred.cluster.wire.tls;

import io.netty.handler.ssl.ClientAuth;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Where keys and certificates lie, and what is offered to the other end; as Redis's {@code tls-*} directives have it. Nothing
 * here has been read.
 *
 * @param own of this node, shown to whoever connects
 * @param dialing shown where this node connects; the same as {@code own} where nothing else is said
 */
public record TlsSettings(KeyFiles own, KeyFiles dialing, Trust trust, Offer offer) {

    /**
     * A certificate, with those between it and its authority behind it, and its private key; both PEM.
     *
     * @param directives the names of the three, for errors
     * @param keyPass empty: the key is not encrypted
     */
    public record KeyFiles(Names directives, String certFile, String keyFile, String keyPass) {
        /** What an operator calls them. */
        public record Names(String cert, String key, String pass) {}
    }

    /**
     * Who is believed.
     *
     * @param caFile PEM, one certificate or more; empty: none
     * @param caDir each file in it is such a file; empty: none
     * @param clients whether those who connect to the TLS port have to show a certificate; other nodes always have to
     */
    public record Trust(String caFile, String caDir, ClientAuth clients) {
        boolean isGiven() {
            return !caFile.isEmpty() || !caDir.isEmpty();
        }
    }

    /**
     * What may be spoken.
     *
     * @param protocols {@code TLSv1.2 TLSv1.3}; empty: both
     * @param ciphers names with colons between them, for TLS 1.2; empty: {@link Ciphers#DEFAULT_12}
     * @param suites the same, for TLS 1.3; empty: {@link Ciphers#DEFAULT_13}
     * @param preferOwn whether this node's order of the ciphers counts, or its clients'
     */
    public record Offer(String protocols, String ciphers, String suites, boolean preferOwn) {}

    /** The files and directories that a change may be noticed in. */
    List<Path> watched() {
        List<Path> paths = new ArrayList<>();
        for (String path :
                List.of(own.certFile, own.keyFile, dialing.certFile, dialing.keyFile, trust.caFile, trust.caDir)) {
            if (!path.isEmpty()) {
                paths.add(Path.of(path));
            }
        }
        return paths;
    }
}
