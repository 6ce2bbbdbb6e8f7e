package io.kindred.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What compose.yaml, Dockerfile and deploy/kindred.service run is run, over the unpacked release and without a container. */
final class DeploymentIT {
    private static final Path PROJECT = Path.of("..");
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final String SECRETS = "requirepass \"one two\"\ncluster-secret three\n";

    @TempDir
    Path dir;

    private final List<Process> running = new ArrayList<>();
    private Release release;
    private Path secrets;

    @BeforeEach
    void unpack() throws Exception {
        release = Release.unpack(dir);
        secrets = Files.writeString(dir.resolve("secrets"), SECRETS);
    }

    @AfterEach
    void endAll() throws Exception {
        for (Process process : running) {
            process.destroyForcibly().waitFor();
        }
        release.close();
    }

    @Test
    void theCommandsOfComposeMakeACluster() throws Exception {
        Map<String, List<String>> commands = composeCommands();
        assertEquals(List.of("n1", "n2", "n3"), List.copyOf(commands.keySet()));
        int port = FreePorts.block(commands.size());
        for (String name : commands.keySet()) {
            List<String> words = new ArrayList<>(List.of("bin/kindred-server"));
            commands.get(name).forEach(word -> words.add(onThisMachine(word, name, port)));
            words.set(words.indexOf("--cluster-announce-ip") + 1, "127.0.0.1");
            words.addAll(List.of("--port", "" + portOf(name, port)));
            running.add(release.start(dir.resolve(name + ".log"), words.toArray(String[]::new)));
        }
        for (String name : commands.keySet()) {
            awaitServing(name, portOf(name, port));
        }
        try (InlineClient one = new InlineClient(port);
                InlineClient other = new InlineClient(port + 2)) {
            assertEquals("+OK", one.call("AUTH \"one two\""));
            assertEquals("+OK", other.call("AUTH \"one two\""));
            assertEquals("+OK", one.call("SET k v"));
            assertEquals("v", other.call("GET k"));
        }
        running.forEach(Process::destroy);
        for (Process process : running) {
            assertTrue(process.waitFor(60, TimeUnit.SECONDS));
            assertEquals(0, process.exitValue(), "SIGTERM is a clean stop");
        }
    }

    /** The words of each service's command; a YAML list in one line. */
    private static Map<String, List<String>> composeCommands() throws IOException {
        String compose = Files.readString(PROJECT.resolve("compose.yaml"));
        Matcher seeds = Pattern.compile("&seeds \"([^\"]+)\"").matcher(compose);
        assertTrue(seeds.find());
        Map<String, List<String>> commands = new LinkedHashMap<>();
        Matcher command = Pattern.compile("\n  (\\w+):\n    <<: [*]node\n(?:    .*\n)*?    command:\\s*\\[(.*)\\]")
                .matcher(compose);
        while (command.find()) {
            String words = command.group(2).replace("*seeds", seeds.group(1).replace(",", ";"));
            List<String> list = new ArrayList<>();
            for (String word : words.split(", ", -1)) {
                list.add(word.replace("\"", "").replace(";", ","));
            }
            commands.put(command.group(1), list);
        }
        return commands;
    }

    private static int portOf(String name, int first) {
        return first + Integer.parseInt(name.substring(1)) - 1;
    }

    /** The names of the services and the places in a container are others here; the directives are the same. */
    private String onThisMachine(String word, String name, int port) {
        if (word.equals("/run/secrets/kindred")) {
            return secrets.toString();
        }
        if (word.startsWith("/data/")) {
            return dir.resolve("data-" + name)
                    .resolve(word.substring("/data/".length()))
                    .toString();
        }
        if (word.equals("*")) {
            return "127.0.0.1";
        }
        Matcher seed = Pattern.compile("(n\\d):16379").matcher(word);
        return seed.replaceAll(found -> "127.0.0.1:" + (portOf(found.group(1), port) + 10_000));
    }

    private void awaitServing(String name, int port) throws Exception {
        Ended ping = new Ended(1, "");
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (ping.code() != 0) {
            assertTrue(
                    System.nanoTime() < deadline,
                    () -> name + " does not serve: " + release.read(dir.resolve(name + ".log")));
            ping = release.run(Map.of("KINDRED_CONF", secrets.toString()), "bin/kindred-ping", "" + port);
        }
        assertEquals("PONG\n", ping.output());
        Ended stranger = release.run(Map.of(), "bin/kindred-ping", "" + port);
        assertEquals(1, stranger.code());
        assertTrue(stranger.output().contains("NOAUTH"), stranger.output());
    }

    @Test
    void nobodyThereIsNotWell() throws Exception {
        Ended ping = release.run(Map.of(), "bin/kindred-ping", "" + FreePorts.block(1));
        assertEquals(1, ping.code());
        assertTrue(ping.output().startsWith("no reply on port "), ping.output());
    }

    /** A node that is slow to answer AUTH must not have that answer taken for the one to PING. */
    @Test
    void aLateAnswerIsNotTakenForAnother() throws Exception {
        try (ServerSocket slow = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            CompletableFuture<String> heard = CompletableFuture.supplyAsync(() -> answerAtPing(slow));
            Ended ping = release.run(Map.of("KINDRED_PASSWORD", "four"), "bin/kindred-ping", "" + slow.getLocalPort());
            assertEquals(1, ping.code(), ping.output());
            assertTrue(ping.output().startsWith("no reply on port "), ping.output());
            assertEquals("*2 $4 AUTH $4 four", heard.get(10, TimeUnit.SECONDS));
        }
    }

    private static String answerAtPing(ServerSocket server) {
        StringBuilder heard = new StringBuilder();
        try (Socket socket = server.accept();
                BufferedReader in =
                        new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                heard.append(heard.isEmpty() ? "" : " ").append(line);
                if (line.equals("PING")) {
                    socket.getOutputStream().write("+OK\r\n+PONG\r\n".getBytes(StandardCharsets.US_ASCII));
                }
            }
            return heard.toString();
        } catch (IOException e) {
            return heard + " " + e;
        }
    }

    @Test
    void whatTheUnitAndTheImageNameIsInTheRelease() throws IOException {
        String all = Files.readString(PROJECT.resolve("deploy/kindred.service"))
                + Files.readString(PROJECT.resolve("Dockerfile"));
        Matcher named =
                Pattern.compile("/opt/kindred/((?:bin|conf|docs)/[\\w.-]+)").matcher(all);
        int found = 0;
        while (named.find()) {
            assertTrue(Files.exists(release.home().resolve(named.group(1))), named.group());
            found++;
        }
        assertTrue(found >= 6, "named: " + found);
    }
}
