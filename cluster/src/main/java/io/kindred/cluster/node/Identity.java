package io.kindred.cluster.node;

import io.kindred.cluster.wire.RemoteNode;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * Who the node of a data directory is.
 *
 * @param nodeId random, made with the directory
 * @param incarnation of the node as an actor: rises where a tail of the log may have been lost, so that no dot is given
 *     twice
 * @param generation of the process: rises with each start
 */
record Identity(
        long nodeId, String nodeName, int incarnation, long generation, int ringPartitions, String partitioner) {

    private static final String HEAD = "kindred-identity";
    private static final String FORMAT = "1";
    private static final int LINES_MAX = 64;

    Identity {
        if (nodeName.isEmpty() || nodeName.chars().anyMatch(c -> c < ' ')) {
            throw new IllegalArgumentException("not a node name: " + nodeName);
        }
        if (incarnation < 1 || generation < 0 || ringPartitions < 1) {
            throw new IllegalArgumentException("incarnation " + incarnation + ", generation " + generation
                    + ", ring-partitions " + ringPartitions);
        }
    }

    Identity with(int newIncarnation, long newGeneration) {
        return new Identity(nodeId, nodeName, newIncarnation, newGeneration, ringPartitions, partitioner);
    }

    /** The file: `key value` lines, the last of which is the checksum of all before it. */
    byte[] toBytes() {
        String text = HEAD + " " + FORMAT + "\n"
                + "node-id " + RemoteNode.idText(nodeId) + "\n"
                + "node-name " + nodeName + "\n"
                + "incarnation " + incarnation + "\n"
                + "generation " + generation + "\n"
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
                Long.parseLong(value(values, "generation")),
                Integer.parseInt(value(values, "ring-partitions")),
                value(values, "partitioner"));
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
