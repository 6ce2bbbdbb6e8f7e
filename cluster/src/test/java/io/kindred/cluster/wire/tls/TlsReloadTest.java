package io.kindred.cluster.wire.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.netty.channel.DefaultEventLoop;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Changed files and changed settings, at the same time. */
@Timeout(60)
final class TlsReloadTest {
    private static final long PATIENCE_SECONDS = 30;

    @TempDir
    Path dir = Path.of("unset");

    /** Of nodes of other tests, which may take a while to end. */
    private final Set<Thread> others = threads();

    private final DefaultEventLoop loop = new DefaultEventLoop();
    private final Tls tls = new Tls(loop, System::nanoTime);

    @BeforeEach
    void open() throws Exception {
        TestCertificates made = new TestCertificates(dir).authority("ca").issue("n1", "ca");
        tls.open(made.settings("n1", "ca"), 0);
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

    /** Looks for changes, until the thread aside has nothing more to do and the loop has heard of what it found. */
    private void look() throws Exception {
        tls.look();
        onLoop(() -> true);
        Set<Thread> mine = threads();
        mine.removeAll(others);
        assertEquals(1, mine.size());
        Thread aside = mine.iterator().next();
        while (aside.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        onLoop(() -> true);
    }

    private static Set<Thread> threads() {
        Set<Thread> all = new HashSet<>(Thread.getAllStackTraces().keySet());
        all.removeIf(thread -> !thread.getName().equals("kindred-tls"));
        return all;
    }

    private TlsSettings settings(String name) {
        return new TestCertificates(dir).settings(name, "ca");
    }

    /** The change begins while the files are being read, which is then for nothing; the change itself is refused. */
    @Test
    void aReloadThatARefusedChangeCameInTheWayOfIsDoneAfterwards() throws Exception {
        long before = onLoop(tls::certificateEndMillis);
        new TestCertificates(dir).issue("n1", "ca");
        CompletableFuture<@Nullable String> told = new CompletableFuture<>();
        loop.execute(() -> {
            // The look is in the loop's queue now, the change behind it, and what the look finds comes behind both.
            tls.look();
            loop.execute(() -> tls.change(settings("no-such-file"), told::complete));
        });
        assertNotEquals(null, told.get(PATIENCE_SECONDS, TimeUnit.SECONDS));
        assertEquals(0L, onLoop(tls::reloads), "the reload was dropped");
        assertEquals(before, onLoop(tls::certificateEndMillis));
        look();
        assertEquals(1L, onLoop(tls::reloads));
        look();
        assertEquals(1L, onLoop(tls::reloads), "once is enough");
    }

    /** Its files are others, but those in use have not changed. */
    @Test
    void aRefusedChangeIsNoChangeOfFiles() throws Exception {
        CompletableFuture<@Nullable String> told = new CompletableFuture<>();
        Files.writeString(dir.resolve("bad.crt"), "none");
        Files.writeString(dir.resolve("bad.key"), "none");
        loop.execute(() -> tls.change(settings("bad"), told::complete));
        assertNotEquals(null, told.get(PATIENCE_SECONDS, TimeUnit.SECONDS));
        look();
        assertEquals(0L, onLoop(tls::reloads));
    }
}
