package io.kindred.cluster.wire.tls;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.IdentityCipherSuiteFilter;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.ReferenceCountUtil;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/**
 * What connections are made with: one reading of the files, as contexts for clients, for nodes that connect, and for nodes that
 * are connected to. It does not change; {@link Tls} exchanges it for another.
 *
 * <p>BoringSSL does the work where its library can be loaded, else the JDK. BoringSSL always offers all suites of TLS 1.3, so
 * where {@code tls-ciphersuites} leaves some out the JDK does it, too.
 */
final class TlsContext {
    /** What a connection that is told to close may still take for its last record. */
    private static final int CLOSE_NOTIFY_MILLIS_MAX = 1_000;

    private final SslProvider provider;
    private final boolean preferOwn;
    private final SslContext clients;
    private final @Nullable SslContext accepting;
    private final @Nullable SslContext dialing;
    private final long notAfterMillis;

    private TlsContext(Build build, SslContext clients, @Nullable SslContext accepting, @Nullable SslContext dialing) {
        this.provider = build.provider;
        this.preferOwn = build.preferOwn;
        this.clients = clients;
        this.accepting = accepting;
        this.dialing = dialing;
        this.notAfterMillis = build.files.own().certificate().getNotAfter().getTime();
    }

    /** Blocks on the disk. */
    static TlsContext load(TlsSettings settings) throws TlsRefused {
        List<String> problems = new ArrayList<>();
        Build build = Build.of(settings, problems);
        if (build == null || !problems.isEmpty()) {
            throw new TlsRefused(problems);
        }
        List<SslContext> built = new ArrayList<>();
        try {
            built.add(build.server(settings.trust().clients()));
            if (build.files.authorities().isEmpty()) {
                return new TlsContext(build, built.get(0), null, null);
            }
            // Nodes always prove themselves, both ways.
            built.add(build.server(ClientAuth.REQUIRE));
            built.add(build.client());
            return new TlsContext(build, built.get(0), built.get(1), built.get(2));
        } catch (SSLException | IllegalArgumentException e) {
            built.forEach(ReferenceCountUtil::release);
            throw new TlsRefused(List.of("TLS cannot be set up: " + e.getMessage()));
        }
    }

    /** What the contexts have in common. */
    private record Build(
            TlsFiles files, SslProvider provider, List<String> protocols, List<String> suites, boolean preferOwn) {

        static @Nullable Build of(TlsSettings settings, List<String> problems) {
            TlsFiles files = TlsFiles.read(settings, problems);
            TlsSettings.Offer offer = settings.offer();
            List<String> protocols = Ciphers.protocols(offer.protocols(), problems);
            List<String> suites13 = Ciphers.ofTls13(offer.suites(), problems);
            boolean isWhole = suites13.containsAll(Ciphers.DEFAULT_13);
            SslProvider provider = isWhole && OpenSsl.isAvailable() ? SslProvider.OPENSSL_REFCNT : SslProvider.JDK;
            List<String> suites = new ArrayList<>();
            if (protocols.contains(Ciphers.TLS_13)) {
                suites.addAll(suites13);
            }
            List<String> suites12 = Ciphers.ofTls12(offer.ciphers(), known(provider), problems);
            if (protocols.contains(Ciphers.TLS_12)) {
                suites.addAll(suites12);
            }
            return files == null ? null : new Build(files, provider, protocols, suites, offer.preferOwn());
        }

        private static Set<String> known(SslProvider provider) {
            try {
                return provider == SslProvider.JDK
                        ? Set.of(javax.net.ssl.SSLContext.getDefault()
                                .getSupportedSSLParameters()
                                .getCipherSuites())
                        : OpenSsl.availableJavaCipherSuites();
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("a JDK without TLS", e);
            }
        }

        SslContext server(ClientAuth auth) throws SSLException {
            return common(SslContextBuilder.forServer(
                            files.own().key(), files.own().chain()))
                    .clientAuth(files.authorities().isEmpty() ? ClientAuth.NONE : auth)
                    .build();
        }

        /** Who answers is told by its certificate's authority and by the cluster's handshake, not by a host's name. */
        SslContext client() throws SSLException {
            return common(SslContextBuilder.forClient()
                            .keyManager(files.dialing().key(), files.dialing().chain())
                            .endpointIdentificationAlgorithm(""))
                    .build();
        }

        private SslContextBuilder common(SslContextBuilder builder) {
            builder.sslProvider(provider).protocols(protocols).ciphers(suites, IdentityCipherSuiteFilter.INSTANCE);
            return files.authorities().isEmpty() ? builder : builder.trustManager(files.authorities());
        }
    }

    /** For a client that has connected. */
    SslHandler forClient(ByteBufAllocator allocator, Executor aside) {
        return handler(clients, allocator, aside);
    }

    /** For a node that has connected. */
    SslHandler forPeer(ByteBufAllocator allocator, Executor aside) {
        return handler(needed(accepting), allocator, aside);
    }

    /** For a node that this one connects to. */
    SslHandler toPeer(ByteBufAllocator allocator, Executor aside) {
        return handler(needed(dialing), allocator, aside);
    }

    boolean hasPeers() {
        return accepting != null;
    }

    private static SslContext needed(@Nullable SslContext context) {
        if (context == null) {
            throw new IllegalStateException("TLS between nodes without an authority");
        }
        return context;
    }

    private SslHandler handler(SslContext context, ByteBufAllocator allocator, Executor aside) {
        SslHandler handler = context.newHandler(allocator, aside);
        if (context.isServer()) {
            SSLParameters parameters = handler.engine().getSSLParameters();
            parameters.setUseCipherSuitesOrder(preferOwn);
            handler.engine().setSSLParameters(parameters);
        }
        // Whoever bounds the connection bounds its handshake.
        handler.setHandshakeTimeoutMillis(0);
        handler.setCloseNotifyFlushTimeoutMillis(CLOSE_NOTIFY_MILLIS_MAX);
        return handler;
    }

    String providerName() {
        return provider == SslProvider.JDK ? "JDK" : OpenSsl.versionString();
    }

    /** When the node's own certificate ends. */
    long notAfterMillis() {
        return notAfterMillis;
    }

    /** Connections that were made with it live on. */
    void release() {
        ReferenceCountUtil.release(clients);
        if (accepting != null) {
            ReferenceCountUtil.release(accepting);
        }
        if (dialing != null) {
            ReferenceCountUtil.release(dialing);
        }
    }
}
