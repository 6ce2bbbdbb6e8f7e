package io.kindred.cluster.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kindred.cluster.message.RequestMessage;
import io.kindred.cluster.ring.RecordKey;
import io.kindred.cluster.wire.tls.TestCertificates;
import io.kindred.cluster.wire.tls.Tls;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Nodes that talk to each other in TLS, and those that do not. */
@Timeout(60)
class TlsPeersTest {
    @TempDir
    static Path dir;

    private static TestCertificates made;

    private final List<TestPeer> started = new ArrayList<>();
    private final BlockingQueue<String> log = new LinkedBlockingQueue<>();
    private final Logger logger = Logger.getLogger("io.kindred.cluster.wire");
    private final Handler handler = new Handler() {
        @Override
        public void publish(LogRecord record) {
            String message = record.getMessage();
            Object[] parameters = record.getParameters();
            log.add(parameters == null ? message : java.text.MessageFormat.format(message, parameters));
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    @BeforeAll
    static void make() {
        made = new TestCertificates(dir)
                .authority("ca")
                .issue("n1", "ca")
                .issue("n2", "ca")
                .authority("foreign")
                .issue("stranger", "foreign");
    }

    @BeforeEach
    void listen() {
        logger.addHandler(handler);
    }

    @AfterEach
    void stop() {
        logger.removeHandler(handler);
        started.forEach(TestPeer::close);
    }

    /** @param certificate null: it talks in the clear */
    private TestPeer start(long id, @Nullable String certificate, String authority) throws Exception {
        TestPeer peer = certificate == null
                ? TestPeer.start(id)
                : TestPeer.startInTls(TestPeer.node(id, 1, ""), made.settings(certificate, authority));
        started.add(peer);
        return peer;
    }

    private void awaitLog(String part) throws Exception {
        for (String line = Wait.next(log); !line.contains(part); line = Wait.next(log)) {
            assertTrue(line.length() < 1_000, line);
        }
    }

    private static Tls tls(TestPeer peer) {
        Tls tls = peer.tls;
        if (tls == null) {
            throw new AssertionError("it has no TLS");
        }
        return tls;
    }

    @Test
    void messagesOfAllSizesGoBothWays() throws Exception {
        TestPeer a = start(1, "n1", "ca");
        TestPeer b = start(2, "n2", "ca");
        a.peers(a.member(), b.member());
        b.peers(a.member(), b.member());
        Wait.until(a.links, "connected 2");
        Wait.until(b.links, "connected 1");
        for (int size :
                List.of(0, 1, 16_000, 17_000, 300_000, TestPeer.QUICK.frameBytesMax() - 10 - RecordKey.PREFIX_BYTES)) {
            a.send(2, new RequestMessage.ReadRequest(size, RecordKey.head(0, 0, 0, new byte[size]), false));
            b.send(1, new RequestMessage.ReadRequest(size, RecordKey.head(0, 0, 0, new byte[size]), false));
            for (TestPeer peer : List.of(a, b)) {
                RequestMessage.ReadRequest got =
                        (RequestMessage.ReadRequest) Wait.next(peer.inbox).message();
                assertEquals(size, got.storageKey().key().length);
            }
        }
        assertEquals(0, a.statsOf(2).queuedBytes());
        assertTrue(a.on(() -> tls(a).peers().handshakes()) >= 2);
        assertEquals(0, (long) a.on(() -> tls(a).peers().handshakeFailures()));
    }

    @Test
    void aNodeWithoutTlsIsRefusedAndToldWhy() throws Exception {
        TestPeer secure = start(1, "n1", "ca");
        TestPeer plain = start(2, null, "");
        plain.peers(secure.member());
        Wait.until(plain.links, "lost 1");
        awaitLog(
                "no connection to 127.0.0.1:" + secure.port
                        + ": the peer refuses: this node speaks TLS on its cluster port: 'tls-cluster yes' must be set on both nodes");
        assertTrue(secure.on(() -> tls(secure).peers().plainRefused()) >= 1);
        assertTrue(secure.stats().handshakeFailures() >= 1);
    }

    @Test
    void aNodeWithTlsIsRefusedByOneWithout() throws Exception {
        TestPeer secure = start(1, "n1", "ca");
        TestPeer plain = start(2, null, "");
        secure.peers(plain.member());
        Wait.until(secure.links, "lost 2");
        Wait.until(secure.links, "lost 2");
        Wait.until(secure.links, "lost 2");
        List<String> lines = new ArrayList<>();
        log.drainTo(lines);
        String dialers =
                "no connection to 127.0.0.1:" + plain.port + ": it ended during the TLS handshake: 'tls-cluster";
        String acceptors =
                "refused a connection from /127.0.0.1: it speaks TLS, and this node does not: 'tls-cluster yes'";
        // Each says so once, however often it is tried.
        for (String line : List.of(dialers, acceptors)) {
            assertEquals(
                    1,
                    lines.stream().filter(logged -> logged.contains(line)).count(),
                    () -> line + " in " + String.join("\n", lines));
        }
        assertTrue(secure.on(() -> tls(secure).peers().handshakeFailures()) >= 2);
    }

    @Test
    void aCertificateOfAnotherAuthorityIsNotBelieved() throws Exception {
        TestPeer a = start(1, "n1", "ca");
        // It believes a, which does not believe it: the one that dials is told by an alert.
        TestPeer stranger = start(2, "stranger", "ca");
        stranger.peers(a.member());
        Wait.until(stranger.links, "lost 1");
        awaitLog("TLS: ");
        assertTrue(a.on(() -> tls(a).peers().handshakeFailures()) >= 1);
        assertEquals(0, (long) a.on(() -> tls(a).peers().handshakes()));
        a.peers(stranger.member());
        Wait.until(a.links, "lost 2");
        assertEquals(0, (long) a.on(() -> tls(a).peers().handshakes()));
        assertTrue(a.links.stream().noneMatch(link -> link.startsWith("connected")));
    }
}
