package io.kindred.main;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kindred.cluster.wire.tls.TestCertificates;
import io.kindred.cluster.wire.tls.Tls;
import io.netty.channel.DefaultEventLoop;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code CONFIG SET} while a change of TLS reads its files. */
@Timeout(60)
final class LiveTlsTest {
    private static final long PATIENCE_SECONDS = 30;

    @TempDir
    Path dir = Path.of("unset");

    private final DefaultEventLoop loop = new DefaultEventLoop();
    private final Tls tls = new Tls(loop, System::nanoTime);
    private final List<@Nullable String> told = new ArrayList<>();

    @BeforeEach
    void make() {
        new TestCertificates(dir)
                .authority("ca")
                .issue("n1", "ca")
                .issue("n2", "ca")
                .issue("n3", "ca");
    }

    @AfterEach
    void close() throws Exception {
        onLoop(() -> {
            tls.close();
            return true;
        });
        loop.shutdownGracefully(0, PATIENCE_SECONDS, TimeUnit.SECONDS).sync();
    }

    private <T> T onLoop(Callable<T> question) throws Exception {
        return loop.submit(question).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    private LiveConfig live() throws Exception {
        List<String> args = new ArrayList<>(List.of("--tls-port", "6390"));
        args.addAll(new TestCertificates(dir).directives("n1", "ca"));
        ServerConfig config = ConfigTest.args(args.toArray(new String[0]));
        LiveConfig live = new LiveConfig(config, level -> {}, () -> {});
        tls.open(TlsDirectives.settings(config), 0);
        live.tls(tls);
        return live;
    }

    private Map<String, String> files(String name) {
        return Map.of(
                "tls-cert-file", dir.resolve(name + ".crt").toString(),
                "tls-key-file", dir.resolve(name + ".key").toString());
    }

    private void together(LiveConfig live, List<Map<String, String>> changes) throws Exception {
        CountDownLatch answers = new CountDownLatch(changes.size());
        onLoop(() -> {
            for (Map<String, String> change : changes) {
                live.set(change, answer -> {
                    told.add(answer);
                    answers.countDown();
                });
            }
            return true;
        });
        assertTrue(answers.await(PATIENCE_SECONDS, TimeUnit.SECONDS));
    }

    @Test
    void ofTwoChangesOfFilesTheSecondComesAfterTheFirst() throws Exception {
        LiveConfig live = live();
        together(live, List.of(files("n2"), files("n3"), Map.of("maxclients", "77")));
        assertEquals(java.util.Arrays.asList(null, null, null), told);
        assertEquals(files("n3"), onLoop(() -> live.get(List.of("tls-cert-file", "tls-key-file"))));
        assertEquals(2L, onLoop(tls::reloads));
        assertEquals(77, onLoop(() -> live.limits().clientsMax()));
    }

    @Test
    void aChangeThatIsRefusedLetsTheOthersThrough() throws Exception {
        LiveConfig live = live();
        together(live, List.of(files("none"), Map.of("maxclients", "78"), files("n2")));
        assertTrue(String.valueOf(told.get(0)).contains("Unable to update TLS"), String.valueOf(told.get(0)));
        assertEquals(java.util.Arrays.asList(null, null), told.subList(1, 3));
        assertEquals(files("n2"), onLoop(() -> live.get(List.of("tls-cert-file", "tls-key-file"))));
    }
}
