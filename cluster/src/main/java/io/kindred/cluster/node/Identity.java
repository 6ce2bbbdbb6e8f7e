package io.kindred.cluster.node;

import io.kindred.cluster.wire.RemoteNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/**
 * Who the node of a data directory is.
 *
 * @param nodeId random, made with the directory
 * @param incarnation of the node as an actor: rises where a tail of the log may have been lost, so that no dot is given
 *     twice
 * @param lives the numbers of the starts that this directory is the heir of, ascending, the last one last; empty before the first
 * @param member what it is in
 */
record Identity(
        long nodeId,
        String nodeName,
        int incarnation,
        List<Long> lives,
        Membership member,
        int ringPartitions,
        String partitioner) {

    /**
     * @param cluster that the node belongs to; 0: none yet
     * @param stored starts, ascending: the store has the number of one of them; 0 for one that was never begun; none: it may lack
     *     what was acknowledged, whatever its number is
     * @param rest what the last stop, if it was a clean one, has written into the store as well; 0: it was none
     * @param seeds addresses that it asks until it belongs to a cluster, beside the configured ones
     * @param replaces the member whose place it asks for; empty: one of its own
     */
    record Membership(long cluster, List<Long> stored, long rest, List<String> seeds, String replaces) {
        static final Membership NONE = new Membership(0, List.of(0L), 0, List.of(), "");

        Membership at(List<Long> newStored, long newRest) {
            return new Membership(cluster, newStored, newRest, seeds, replaces);
        }
    }

    private static final String HEAD = "kindred-identity";
    private static final String FORMAT = "2";
    private static final int LINES_MAX = 64;

    Identity {
        if (nodeName.isEmpty() || nodeName.chars().anyMatch(c -> c < ' ')) {
            throw new IllegalArgumentException("not a node name: " + nodeName);
        }
        if (incarnation < 1 || ringPartitions < 1) {
            throw new IllegalArgumentException("incarnation " + incarnation + ", ring-partitions " + ringPartitions);
        }
    }

    Identity with(int newIncarnation, List<Long> newLives) {
        return new Identity(nodeId, nodeName, newIncarnation, newLives, member, ringPartitions, partitioner);
    }

    Identity in(Membership other) {
        return new Identity(nodeId, nodeName, incarnation, lives, other, ringPartitions, partitioner);
    }

    /** The number of the last start; 0: there was none. */
    long generation() {
        return lives.isEmpty() ? 0 : lives.get(lives.size() - 1);
    }

    /** The file: `key value` lines, the last of which is the checksum of all before it. */
    byte[] toBytes() {
        String text = HEAD + " " + FORMAT + "\n"
                + "node-id " + RemoteNode.idText(nodeId) + "\n"
                + "node-name " + nodeName + "\n"
                + "incarnation " + incarnation + "\n"
                + "lives " + text(lives) + "\n"
                + "cluster " + RemoteNode.idText(member.cluster()) + "\n"
                + "in-store " + text(member.stored()) + "\n"
                + "rest " + RemoteNode.idText(member.rest()) + "\n"
                + "seeds " + String.join(" ", member.seeds()) + "\n"
                + "replaces " + member.replaces() + "\n"
                + "ring-partitions " + ringPartitions + "\n"
                + "partitioner " + partitioner + "\n";
        return (text + checksumLine(text)).getBytes(StandardCharsets.UTF_8);
    }

    /** Throws IllegalArgumentException, saying what is wrong, on anything but a whole file of a known format. */
    static Identity parse(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        int last = text.lastIndexOf("crc ");
        if (last < 0 || !text.substring(last).equals(checksumLine(text.substring(0, last)))) {
            throw new IllegalArgumentException("its checksum does not match");
        }
        Map<String, String> values = values(text.substring(0, last));
        if (!FORMAT.equals(values.get(HEAD))) {
            throw new IllegalArgumentException("its format is " + values.get(HEAD) + ", not " + FORMAT);
        }
        return new Identity(
                Long.parseUnsignedLong(value(values, "node-id"), 16),
                value(values, "node-name"),
                Integer.parseInt(value(values, "incarnation")),
                numbers(value(values, "lives")),
                new Membership(
                        Long.parseUnsignedLong(value(values, "cluster"), 16),
                        stored(values),
                        Long.parseUnsignedLong(value(values, "rest"), 16),
                        words(value(values, "seeds")).toList(),
                        value(values, "replaces")),
                Integer.parseInt(value(values, "ring-partitions")),
                value(values, "partitioner"));
    }

    /** An earlier build noted the last start that was there for sure; the store has that one or a later one. */
    private static List<Long> stored(Map<String, String> values) {
        if (values.containsKey("in-store")) {
            return numbers(value(values, "in-store"));
        }
        long sure = Long.parseLong(value(values, "stored"));
        List<Long> all = new ArrayList<>(List.of(sure));
        numbers(value(values, "lives")).stream().filter(life -> life > sure).forEach(all::add);
        return all;
    }

    private static String text(List<Long> numbers) {
        return numbers.stream().map(String::valueOf).collect(Collectors.joining(" "));
    }

    private static List<Long> numbers(String text) {
        return words(text).map(Long::parseLong).toList();
    }

    private static Stream<String> words(String text) {
        return Arrays.stream(text.split(" ", -1)).filter(word -> !word.isEmpty());
    }

    private static String checksumLine(String text) {
        CRC32C crc = new CRC32C();
        crc.update(text.getBytes(StandardCharsets.UTF_8));
        return String.format("crc %08x%n", crc.getValue()).replace("\r\n", "\n");
    }

    private static Map<String, String> values(String text) {
        Map<String, String> values = new LinkedHashMap<>();
        for (String line : text.split("\n", LINES_MAX)) {
            int space = line.indexOf(' ');
            if (space > 0) {
                values.put(line.substring(0, space), line.substring(space + 1));
            }
        }
        return values;
    }

    private static String value(Map<String, String> values, String key) {
        String value = values.get(key);
        if (value == null) {
            throw new IllegalArgumentException("it has no " + key);
        }
        return value;
    }
}
