package io.kindred.autoscale;

import io.kindred.client.TlsOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Nodes as processes of this machine, by {@code bin/kindred-cluster}: it holds the lock of the cluster's directory and
 * remembers there which nodes there are, so people and the autoscaler may change one cluster in turn.
 *
 * <p>Nodes 1 to {@code kept} are never removed.
 */
final class LocalProcesses implements NodeProvider {
    private final Path script;
    private final Path directory;
    private final int kept;

    LocalProcesses(Path script, Path directory, int kept) {
        this.script = script;
        this.directory = directory;
        this.kept = kept;
    }

    @Override
    public List<ProvidedNode> list() throws IOException {
        int nodes = 0;
        int port = 0;
        Set<Integer> gone = new TreeSet<>();
        for (String line : Files.readAllLines(directory.resolve("settings"))) {
            String[] words = line.split(" ", 2);
            if (words.length == 2) {
                switch (words[0]) {
                    case "nodes" -> nodes = number(words[1]);
                    case "port" -> port = number(words[1]);
                    case "gone" -> gone.add(number(words[1]));
                    default -> {}
                }
            }
        }
        List<ProvidedNode> list = new ArrayList<>();
        for (int node = 1; node <= nodes; node++) {
            if (!gone.contains(node)) {
                list.add(new ProvidedNode("n" + node, "127.0.0.1", port + node - 1, node > kept));
            }
        }
        return list;
    }

    /** How kindred-cluster was told to speak with the nodes. */
    TlsOptions tls() throws IOException {
        TlsOptions tls = TlsOptions.OFF;
        for (String line : Files.readAllLines(directory.resolve("settings"))) {
            String[] words = line.split(" ", 2);
            if (TlsOptions.isOne("--" + words[0])) {
                tls = tls.with("--" + words[0], Arrays.asList(words).listIterator(1));
            }
        }
        return tls;
    }

    private int number(String text) throws IOException {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new IOException(directory.resolve("settings") + ": not a number: " + text, e);
        }
    }

    @Override
    public String add() throws IOException, InterruptedException {
        String[] words = run("add").split(" ", 2);
        return words[0];
    }

    @Override
    public void remove(String name) throws IOException, InterruptedException {
        run("remove", name);
    }

    /** The last line of what the script printed; an IOException with all of it if it failed. */
    private String run(String... action) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(script.toString()));
        command.addAll(List.of(action));
        command.addAll(List.of("--dir", directory.toString()));
        // A file: the nodes that the script starts may outlive it, and a pipe that they held would never end.
        Path output = Files.createTempFile("kindred-autoscale", ".out");
        try {
            int code = new ProcessBuilder(command)
                    .redirectInput(Path.of("/dev/null").toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start()
                    .waitFor();
            String text = Files.readString(output).strip();
            if (code != 0) {
                throw new IOException(
                        "kindred-cluster " + String.join(" ", action) + " ended with " + code + ": " + text);
            }
            return text.substring(text.lastIndexOf('\n') + 1);
        } finally {
            Files.delete(output);
        }
    }
}
