package io.kindred.it;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.TreeMap;

/**
 * One connection that pipelines, and counts the replies of each kind instead of keeping them: bulk strings by their length,
 * errors by their code. Owned by: one thread that writes, and one that reads.
 */
final class PipelineClient implements AutoCloseable {
    private static final int CONNECT_MILLIS_MAX = 20_000;

    private final Socket socket;
    private final InputStream in;
    private final TreeMap<String, Integer> kinds = new TreeMap<>();
    private long bytesRead;

    /** @param silence how long no byte may come while a reply is awaited */
    PipelineClient(KindredProcess node, Duration silence) {
        try {
            socket = new Socket();
            socket.connect(new InetSocketAddress(node.options().host(), node.port()), CONNECT_MILLIS_MAX);
            socket.setSoTimeout((int) silence.toMillis());
            in = new BufferedInputStream(socket.getInputStream(), 64 * 1024);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void write(byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Replies by kind so far, as in {OK=600} or {$1048576=10, OOM=2}. */
    TreeMap<String, Integer> kinds() {
        return kinds;
    }

    long bytesRead() {
        return bytesRead;
    }

    /** Reads so many replies. */
    void read(int replies) throws IOException {
        for (int i = 0; i < replies; i++) {
            kinds.merge(readOne(), 1, Integer::sum);
        }
    }

    private String readOne() throws IOException {
        String line = readLine();
        char type = line.charAt(0);
        if (type == '$' && !line.equals("$-1")) {
            in.skipNBytes(Integer.parseInt(line.substring(1)) + 2L);
            bytesRead += line.length() + 4 + Integer.parseInt(line.substring(1));
            return line;
        }
        bytesRead += line.length() + 2;
        return type == '-' ? line.substring(1).split(" ", -1)[0] : type == '+' ? line.substring(1) : line;
    }

    private String readLine() throws IOException {
        byte[] line = new byte[256];
        int length = 0;
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new EOFException("the server closed the connection");
            }
            if (c != '\r' && length < line.length) {
                line[length++] = (byte) c;
            }
        }
        return new String(line, 0, length, ISO_8859_1);
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
