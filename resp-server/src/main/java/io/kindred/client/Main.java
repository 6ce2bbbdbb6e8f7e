package io.kindred.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Speaks TLS for shell scripts ({@code bin/kindred-resp}), one process for all that a script asks. On the standard
 * input, once it has said {@code ready}, come calls, each an array of bulk strings in RESP: seconds, host, port, password (empty: none), and the words of the command. For
 * each of them the node's reply in RESP goes to the standard output, or {@code !} and a line that says why there is none, within
 * those seconds. It ends with its input.
 */
public final class Main {
    private static final int EXIT_OK = 0;
    private static final int EXIT_USAGE = 2;
    private static final int COMMAND_AT = 4;
    private static final int REQUEST_BYTES = 8 << 10;

    private final InputStream in;
    private final OutputStream out;
    private final @Nullable ClientTls tls;
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "deadline");
        thread.setDaemon(true);
        return thread;
    });

    Main(InputStream in, OutputStream out, @Nullable ClientTls tls) {
        this.in = new BufferedInputStream(in, REQUEST_BYTES);
        this.out = new BufferedOutputStream(out, REQUEST_BYTES);
        this.tls = tls;
    }

    public static void main(String[] arguments) throws IOException {
        ClientTls tls;
        try {
            TlsOptions options = TlsOptions.OFF;
            Iterator<String> words = List.of(arguments).iterator();
            while (words.hasNext()) {
                options = options.with(words.next(), words);
            }
            tls = ClientTls.of(options.checked());
        } catch (IllegalArgumentException | IOException e) {
            System.err.println("TLS: " + e.getMessage());
            System.exit(EXIT_USAGE);
            return;
        }
        new Main(System.in, System.out, tls).run();
        System.exit(EXIT_OK);
    }

    void run() throws IOException {
        out.write("ready\n".getBytes(UTF_8));
        out.flush();
        RespReader calls = new RespReader(in);
        while (!calls.isAtEnd()) {
            List<byte[]> words = new ArrayList<>();
            for (Object word : Connection.list(calls.next())) {
                words.add((byte[]) word);
            }
            if (words.size() <= COMMAND_AT) {
                throw new IOException("not a call: " + words.size() + " words");
            }
            answer(words);
            out.flush();
        }
    }

    private void answer(List<byte[]> words) throws IOException {
        ByteArrayOutputStream reply = new ByteArrayOutputStream();
        try {
            write(reply, asked(words));
        } catch (ErrorReply e) {
            reply.reset();
            reply.write(("-" + e.getMessage() + "\r\n").getBytes(UTF_8));
        } catch (IOException e) {
            String why = e.getMessage() == null ? e.toString() : e.getMessage();
            reply.reset();
            reply.write(("!" + why.replaceAll("[\r\n]+", " ") + "\r\n").getBytes(UTF_8));
        }
        reply.writeTo(out);
    }

    private @Nullable Object asked(List<byte[]> words) throws IOException {
        int millis = 1000 * Integer.parseInt(word(words, 0));
        Connection.Address address = new Connection.Address(word(words, 1), Integer.parseInt(word(words, 2)));
        AtomicBoolean isLate = new AtomicBoolean();
        try (Socket socket = new Socket()) {
            // Whatever it waits for, a handshake or a reply that comes byte by byte, ends with the socket.
            ScheduledFuture<?> deadline = clock.schedule(() -> cut(socket, isLate), millis, TimeUnit.MILLISECONDS);
            try (Connection node =
                    new Connection(socket, address, new Connection.Access(word(words, 3), tls), millis)) {
                return node.ask(words.subList(COMMAND_AT, words.size()));
            } finally {
                deadline.cancel(false);
            }
        } catch (ErrorReply e) {
            throw e;
        } catch (IOException e) {
            throw isLate.get() ? new IOException("no reply within " + millis + " ms", e) : e;
        }
    }

    private static void cut(Socket socket, AtomicBoolean isLate) {
        isLate.set(true);
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String word(List<byte[]> words, int at) {
        return new String(words.get(at), UTF_8);
    }

    private static void write(ByteArrayOutputStream to, @Nullable Object reply) throws IOException {
        if (reply instanceof List<?> list) {
            to.write(("*" + list.size() + "\r\n").getBytes(UTF_8));
            for (Object item : list) {
                write(to, item);
            }
        } else if (reply instanceof byte[] bytes) {
            to.write(("$" + bytes.length + "\r\n").getBytes(UTF_8));
            to.write(bytes);
            to.write("\r\n".getBytes(UTF_8));
        } else {
            to.write(
                    (reply == null ? "$-1\r\n" : (reply instanceof Long ? ":" : "+") + reply + "\r\n").getBytes(UTF_8));
        }
    }
}
