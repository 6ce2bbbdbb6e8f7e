package io.kindred.client;

import io.kindred.cluster.wire.tls.CallerContext;
import io.kindred.cluster.wire.tls.TlsRefused;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.net.Socket;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/** Puts TLS over connections to nodes, by the JDK. From any thread. */
public final class ClientTls {
    /** RFC 2818: the address that was called is among the certificate's names. */
    private static final String NAMES_COMPARED = "HTTPS";

    private final SSLContext context;
    private final TlsOptions options;

    private ClientTls(SSLContext context, TlsOptions options) {
        this.context = context;
        this.options = options;
    }

    /**
     * Null: no TLS is wanted. Blocks on the disk.
     *
     * @throws IOException a file cannot be used; the message is for the user
     */
    public static @Nullable ClientTls of(TlsOptions options) throws IOException {
        if (!options.isOn()) {
            return null;
        }
        try {
            return new ClientTls(CallerContext.of(options.files()), options);
        } catch (TlsRefused e) {
            throw new IOException(String.join("; ", e.problems()), e);
        }
    }

    /** Over a connected socket; closing it closes that. The handshake waits for the first byte, or to be asked for. */
    SSLSocket over(Socket connected, String host) throws IOException {
        SSLSocket socket =
                (SSLSocket) context.getSocketFactory().createSocket(connected, named(host), connected.getPort(), true);
        socket.setSSLParameters(parameters(socket.getSSLParameters()));
        return socket;
    }

    SslHandler handler(String host, int port) {
        SSLEngine engine = context.createSSLEngine(named(host), port);
        engine.setUseClientMode(true);
        engine.setSSLParameters(parameters(engine.getSSLParameters()));
        return new SslHandler(engine);
    }

    private String named(String host) {
        return options.sni().isEmpty() ? host : options.sni();
    }

    private SSLParameters parameters(SSLParameters parameters) {
        if (!options.files().isInsecure()) {
            parameters.setEndpointIdentificationAlgorithm(NAMES_COMPARED);
        }
        if (!options.sni().isEmpty()) {
            parameters.setServerNames(List.of(new SNIHostName(options.sni())));
        }
        return parameters;
    }
}
