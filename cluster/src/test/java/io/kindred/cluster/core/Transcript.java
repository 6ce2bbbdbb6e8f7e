package io.kindred.cluster.core;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One transcript: what a node is asked and told, and all that it does, as readable lines. See {@link TranscriptTest}.
 *
 * <p>A line that begins with two spaces says what the command before it has the node do. The commands:
 *
 * <pre>
 *   client 1 SET k v [W=3 ...]    a client asks; 1 tells its requests apart
 *   b: ack r1 ok                  a peer says something ({@link TranscriptMessages})
 *   persisted, persist fails full|failed
 *   synced, sync fails
 *   loaded, load fails failed|damaged
 *   flushed k                     memory has lost a key's record to the tables
 *   after 320ms                   time passes
 *   lose b, connect b [mute]      the connection to a peer
 *   mute b                        from now on it does not answer pings either
 *   ring changes                  the change of the ring that is given comes, from b
 *   d holds, c gives up           what a node tells of the keys' partition
 * </pre>
 */
final class Transcript {
    static final String NOTHING = "nothing";
    private static final String INDENT = "  ";
    private static final String GIVEN = "given ";

    private final String name;
    /** As they are in the file, the one with the name first. */
    private final List<String> lines;

    Transcript(String name, List<String> lines) {
        this.name = name;
        this.lines = List.copyOf(lines);
    }

    String name() {
        return name;
    }

    List<String> lines() {
        return lines;
    }

    /** Throws {@link TranscriptError} where a command has no lines that say what it does. */
    void requireExpectations() {
        int commands = 0;
        for (int i = 0; i < lines.size(); i++) {
            boolean isAnswered = i + 1 < lines.size() && lines.get(i + 1).startsWith(INDENT);
            if (isCommand(lines.get(i))) {
                commands++;
                if (!isAnswered) {
                    throw new TranscriptError("nothing is expected of: " + lines.get(i));
                }
            }
        }
        if (commands == 0) {
            throw new TranscriptError("nothing happens in: " + name);
        }
    }

    private static boolean isCommand(String line) {
        return !line.isBlank()
                && !line.startsWith(INDENT)
                && !line.startsWith("#")
                && !line.startsWith(GIVEN)
                && !line.startsWith("case ");
    }

    /** The same transcript, with what the node does in fact. */
    List<String> played() {
        TranscriptGiven given = new TranscriptGiven();
        TranscriptNode node = null;
        List<String> played = new ArrayList<>();
        for (String line : lines) {
            if (line.startsWith(INDENT)) {
                continue;
            }
            played.add(line);
            if (line.startsWith(GIVEN)) {
                given.add(line.substring(GIVEN.length()));
            } else if (isCommand(line)) {
                node = node == null ? new TranscriptNode(given) : node;
                play(node, line, played);
            }
        }
        return played;
    }

    private static void play(TranscriptNode node, String line, List<String> played) {
        try {
            run(node, line);
        } catch (TranscriptError error) {
            throw error;
        } catch (RuntimeException failure) {
            throw new AssertionError("at: " + line + "\nafter\n" + String.join("\n", played), failure);
        }
        List<String> written = node.takeWritten();
        for (String each : written.isEmpty() ? List.of(NOTHING) : written) {
            played.add(INDENT + each);
        }
    }

    private static void run(TranscriptNode node, String line) {
        TranscriptWords words = new TranscriptWords(line);
        String first = words.next();
        if (first.matches("[a-z]:")) {
            node.received(first.substring(0, 1), node.messages().message(words));
        } else if (first.matches("[a-z]")) {
            holding(node, first, words.rest());
        } else {
            command(node, first, words);
        }
        words.requireEnd();
    }

    private static void holding(TranscriptNode node, String peer, String what) {
        switch (what) {
            case "holds" -> node.holds(peer, true);
            case "gives up" -> node.holds(peer, false);
            default -> throw new TranscriptError("no such event: " + peer + " " + what);
        }
    }

    private static void command(TranscriptNode node, String first, TranscriptWords words) {
        switch (first) {
            case "client" -> node.client(Long.parseLong(words.next()), words);
            case "persisted" -> node.persisted(null);
            case "persist" -> node.persisted(failure(words));
            case "synced" -> node.synced(null);
            case "sync" -> node.synced(failure(words));
            case "loaded" -> node.loaded(null);
            case "load" -> node.loaded(failure(words));
            case "flushed" -> node.flushed(words.next());
            case "after" -> node.pass(TranscriptWords.nanos(words.next()));
            case "lose" -> node.lose(words.next());
            case "connect" -> node.connectAgain(words.next(), words.takes("mute"));
            case "mute" -> node.mute(words.next());
            case "ring" -> {
                if (!words.takes("changes")) {
                    throw new TranscriptError("no such event: ring " + words.rest());
                }
                node.ringChanges("b");
            }
            default -> throw new TranscriptError("no such event: " + first + " " + words.rest());
        }
    }

    private static @Nullable StoreFailure failure(TranscriptWords words) {
        if (!words.takes("fails")) {
            throw new TranscriptError("no such event: " + words.rest());
        }
        return switch (words.isEmpty() ? "failed" : words.next()) {
            case "full" -> StoreFailure.FULL;
            case "failed" -> StoreFailure.FAILED;
            case "damaged" -> StoreFailure.DAMAGED;
            default -> throw new TranscriptError("no such failure");
        };
    }
}
