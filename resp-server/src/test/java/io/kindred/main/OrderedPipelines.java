package io.kindred.main;

import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * One connection that sends random pipelines, and what they should do: the same commands to a model, one after the other,
 * each when the one before it is answered.
 */
final class OrderedPipelines implements AutoCloseable {
    private static final int CALLS = 60;

    private final int port;
    private final int modelPort;
    private final List<Call> opening;
    private final boolean exactCounts;
    private final RandomCommands commands;
    private final Map<String, String> contexts = new HashMap<>();
    private final Map<String, String> modelContexts = new HashMap<>();
    private RespClient client;
    private RespClient model;

    /** @param opening what a connection begins with, and does again after RESET */
    OrderedPipelines(
            int port,
            int modelPort,
            List<Call> opening,
            boolean exactCounts,
            Random random,
            RandomCommands.Choice choice)
            throws IOException {
        this.port = port;
        this.modelPort = modelPort;
        this.opening = opening;
        this.exactCounts = exactCounts;
        this.commands = new RandomCommands(random, choice);
        this.client = new RespClient(port);
        this.model = new RespClient(modelPort);
    }

    void run(int pipelines) throws IOException {
        compare(opening);
        for (int i = 0; i < pipelines; i++) {
            List<Call> calls = new ArrayList<>();
            for (Call call : commands.pipeline(CALLS)) {
                calls.add(call);
                if (call.args().get(0).equals("RESET")) {
                    calls.addAll(opening);
                }
            }
            compare(calls);
        }
    }

    private void compare(List<Call> calls) throws IOException {
        // A context is of one database, and here it is kept by key alone.
        boolean staysInDatabase =
                calls.stream().noneMatch(call -> call.args().get(0).equals("SELECT"));
        if (!staysInDatabase) {
            contexts.clear();
            modelContexts.clear();
        }
        List<List<String>> lines = new ArrayList<>();
        for (Call call : calls) {
            lines.add(Call.withContexts(call.args(), contexts));
        }
        Map<String, String> contextsBefore = Map.copyOf(modelContexts);
        client.sendAll(lines);
        for (int i = 0; i < calls.size(); i++) {
            Call call = calls.get(i);
            model.sendAll(List.of(Call.withContexts(call.modelArgs(), contextsBefore)));
            if (!call.answered()) {
                continue;
            }
            Object expected = model.read();
            Object reply = client.read();
            boolean isLoose = call.check() instanceof Call.Count && !exactCounts && reply instanceof Long;
            if (!isLoose && !call.check().holds(reply, expected)) {
                throw new AssertionError(difference(calls, i, reply, expected));
            }
            if (staysInDatabase) {
                keepContext(call, reply, expected);
            }
            if (call.args().get(0).equals("QUIT")) {
                connectAnew();
                return;
            }
        }
    }

    private void keepContext(Call call, @Nullable Object reply, @Nullable Object expected) {
        if (call.args().get(0).equals("KIN.GET")
                && reply instanceof List<?> shown
                && expected instanceof List<?> modelShown) {
            contexts.put(call.args().get(1), (String) shown.get(0));
            modelContexts.put(call.args().get(1), (String) modelShown.get(0));
        }
    }

    private void connectAnew() throws IOException {
        try {
            throw new AssertionError("an answer behind QUIT's: " + client.read());
        } catch (EOFException | SocketException closed) {
            // A reset, where what was behind QUIT had not been read.
            close();
        }
        client = new RespClient(port);
        model = new RespClient(modelPort);
        compare(opening);
    }

    private static String difference(List<Call> calls, int at, @Nullable Object reply, @Nullable Object expected) {
        StringBuilder text = new StringBuilder("command " + at + " was answered " + reply + " instead of " + expected);
        for (int i = Math.max(0, at - 40); i <= at; i++) {
            text.append("\n  ").append(i).append(' ').append(calls.get(i).args());
        }
        return text.toString();
    }

    @Override
    public void close() throws IOException {
        client.close();
        model.close();
    }
}
