package io.kindred.autoscale;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kindred.client.RespClients;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is done with what the policy decides, over a provider that only remembers; the nodes answer INFO and nothing else. */
final class AutoscalerTest {
    private static final Limits.Thresholds NEVER = new Limits.Thresholds(1e12, 1e6, 2);
    /** A node that answers at all has too much to do. */
    private static final Limits.Thresholds ALWAYS = new Limits.Thresholds(1e12, 1e6, 0.000_001);

    private final RespClients clients = new RespClients(null);
    private final ByteArrayOutputStream told = new ByteArrayOutputStream();
    private final List<String> done = new ArrayList<>();
    private List<NodeProvider.ProvidedNode> nodes = List.of();
    private String failure = "";

    private final NodeProvider provider = new NodeProvider() {
        @Override
        public List<ProvidedNode> list() throws IOException {
            failIfAsked();
            return nodes;
        }

        @Override
        public String add() throws IOException {
            done.add("add");
            failIfAsked();
            return "n2";
        }

        @Override
        public void remove(String name) {
            done.add("remove " + name);
        }
    };

    @AfterEach
    void close() {
        clients.close();
    }

    private void failIfAsked() throws IOException {
        if (!failure.isEmpty()) {
            throw new IOException(failure);
        }
    }

    private Autoscaler over(Limits.Thresholds up, boolean dryRun) {
        Limits limits = new Limits(1, 2, up, new Limits.Thresholds(0, 0, 0), 1, 1, TimeUnit.HOURS.toNanos(1));
        return new Autoscaler(
                provider,
                new ScalingPolicy(limits),
                clients,
                new Autoscaler.Settings(1, "", dryRun),
                new PrintStream(told, true, StandardCharsets.UTF_8));
    }

    private String told() {
        return told.toString(StandardCharsets.UTF_8);
    }

    /** Steps twice: a rate needs two observations. */
    private void observeTwice(Autoscaler scaler) throws Exception {
        try (ServerSocket server = new ServerSocket(0, 8, InetAddress.getLoopbackAddress())) {
            nodes = List.of(new NodeProvider.ProvidedNode("n1", "127.0.0.1", server.getLocalPort(), false));
            for (int commands = 0; commands < 2; commands++) {
                CompletableFuture<Void> answered = CompletableFuture.runAsync(() -> answer(server));
                scaler.step();
                answered.get(10, TimeUnit.SECONDS);
            }
        }
    }

    private static void answer(ServerSocket server) {
        String info = "generation:1\r\ntotal_commands_processed:10\r\nused_cpu_user:1.0\r\nused_cpu_sys:0.5\r\n"
                + "disk_used_bytes:50\r\ndisk_free_bytes:50\r\nmembers_up:1\r\nmembers_suspect:0\r\nmembers_down:0\r\n"
                + "members_joining:0\r\nmembers_leaving:0\r\npartitions_in_transfer:0\r\npartitions_to_fetch:0\r\n"
                + "partitions_to_give_away:0\r\n";
        try (Socket socket = server.accept()) {
            socket.getInputStream().readNBytes("*1\r\n$4\r\nINFO\r\n".length());
            socket.getOutputStream()
                    .write(("$" + info.length() + "\r\n" + info + "\r\n").getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void whatIsDecidedIsDone() throws Exception {
        observeTwice(over(ALWAYS, false));
        assertEquals(List.of("add"), done, this::told);
        assertTrue(told().contains("added n2"), this::told);
    }

    @Test
    void withoutNeedNothingIsDone() throws Exception {
        observeTwice(over(NEVER, false));
        assertEquals(List.of(), done, this::told);
    }

    @Test
    void aDryRunTellsAndDoesNothing() throws Exception {
        observeTwice(over(ALWAYS, true));
        assertEquals(List.of(), done, this::told);
        assertTrue(told().contains("a dry run"), this::told);
    }

    @Test
    void aNodeThatDoesNotAnswerStopsEverything() throws Exception {
        try (ServerSocket server = new ServerSocket(0)) {
            nodes = List.of(new NodeProvider.ProvidedNode("n1", "127.0.0.1", server.getLocalPort(), false));
        }
        Autoscaler scaler = over(ALWAYS, false);
        scaler.step();
        scaler.step();
        assertEquals(List.of(), done, this::told);
        assertTrue(told().contains("no reading of n1"), this::told);
    }

    @Test
    void aListThatCannotBeHadIsToldAndChangesNothing() throws Exception {
        failure = "the settings are gone";
        over(ALWAYS, false).step();
        assertEquals(List.of(), done);
        assertTrue(told().contains("the nodes cannot be listed: the settings are gone"), this::told);
    }
}
