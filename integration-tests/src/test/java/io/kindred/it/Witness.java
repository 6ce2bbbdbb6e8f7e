package io.kindred.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A client of a node that is in trouble. It writes keys of its own, each once, and holds the node to what it answered:
 * what was acknowledged must be there at the end, what got TRYAGAIN must not, and what got NOQUORUM, or no answer because
 * the node died, may be either. Any other answer is a failure; -LOADING counts as none, for a node that starts.
 */
final class Witness implements AutoCloseable {
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private final KindredProcess node;
    private final Thread thread;
    private final AtomicBoolean ending = new AtomicBoolean();
    private final List<String> acknowledged = new ArrayList<>();
    private final List<String> refused = new ArrayList<>();
    private final List<String> violations = new ArrayList<>();
    private int open;

    Witness(KindredProcess node) {
        this.node = node;
        this.thread = new Thread(this::run, "witness of " + node.name());
        thread.start();
    }

    private void run() {
        @Nullable RespConnection connection = null;
        for (int i = 0; !ending.get(); i++) {
            String key = "witness." + node.name() + "." + i;
            try {
                connection = connection == null ? node.connect() : connection;
                judge(key, connection.value("SET", key, "by " + key));
            } catch (RespError e) {
                judge(key, e.code());
            } catch (UncheckedIOException e) {
                open++;
                if (connection != null) {
                    connection.close();
                    connection = null;
                }
            }
            Await.reach(System.nanoTime() + PAUSE_NANOS);
        }
        if (connection != null) {
            connection.close();
        }
    }

    private void judge(String key, String reply) {
        switch (reply) {
            case "OK" -> acknowledged.add(key);
            case "TRYAGAIN" -> refused.add(key);
            case "NOQUORUM", "LOADING" -> open++;
            default -> violations.add(key + " was answered " + reply);
        }
    }

    /** Ends the writing and asks another node what became of it; a line of numbers. */
    String verify(RespConnection other) {
        close();
        assertEquals(List.of(), violations, "answers through " + node.name());
        for (String key : acknowledged) {
            assertEquals("by " + key, other.text("GET", key), "acknowledged by " + node.name());
        }
        for (String key : refused) {
            assertEquals(null, other.text("GET", key), key + " got TRYAGAIN from " + node.name());
        }
        return "through " + node.name() + ": " + acknowledged.size() + " OK, " + refused.size() + " TRYAGAIN, " + open
                + " open";
    }

    @Override
    public void close() {
        ending.set(true);
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted while a witness ended", e);
        }
    }
}
