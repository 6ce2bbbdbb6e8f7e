package io.kindred.command;

import io.kindred.cluster.message.Reply;
import io.kindred.server.TestParts;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/** A dispatcher over memory, as a client sees it. */
final class TestNode implements NodePort {
    final MemorySaves saves = new MemorySaves(false);
    final TestSettings settings = new TestSettings();
    final Session session = TestSessions.open();
    final CommandTable table = table(settings);
    final MemoryKeys keys;
    final MemoryCluster cluster;
    final MemoryConfig config = new MemoryConfig();
    final List<String> calls = new ArrayList<>();
    final CommandDispatcher dispatcher;

    TestNode(InstantSource clock) {
        keys = new MemoryKeys(table, clock);
        cluster = new MemoryCluster(keys, clock);
        ServerView server = new ServerView(keys, cluster, config, this, settings, table, clock);
        dispatcher = new CommandDispatcher(server);
    }

    private static CommandTable table(TestSettings settings) {
        CommandTable.Builder table = Commands.standard(settings);
        TestParts.addCommands(table);
        return table.build();
    }

    /** The reply as RESP2; empty where there is none. */
    String run(byte[]... args) {
        List<Reply> replies = new ArrayList<>();
        dispatcher.run(session, args, replies::add);
        if (replies.size() > 1) {
            throw new AssertionError("more than one reply: " + replies);
        }
        return replies.isEmpty() ? "" : RespText.of(replies.get(0));
    }

    String run(List<String> args) {
        return run(bytes(args));
    }

    /** Words between blanks; {@code ""} is the empty one. */
    String line(String words) {
        return run(Arrays.stream(words.split(" "))
                .map(word -> word.equals("\"\"") ? "" : word)
                .toList());
    }

    static byte[][] bytes(List<String> args) {
        return args.stream()
                .map(arg -> arg.getBytes(StandardCharsets.ISO_8859_1))
                .toArray(byte[][]::new);
    }

    @Override
    public HealthView health() {
        return new HealthView("n1", "degraded", true, List.of("member_down: n2 is down"));
    }

    @Override
    public String info(Set<String> sections) {
        return "# Sections\r\n" + String.join(",", sections) + "\r\n";
    }

    @Override
    public String version() {
        return "0.0.0";
    }

    @Override
    public SavePort saves() {
        return saves;
    }

    public void backUp(String name, Answer<Reply> answer) {
        calls.add("backup " + name);
        answer.done(Reply.OK);
    }

    @Override
    public Reply backupProgress() {
        return Reply.array(List.of(Reply.bulk("state"), Reply.bulk("none")));
    }

    @Override
    public void shutdown(boolean save) {
        calls.add(save ? "shutdown save" : "shutdown nosave");
    }
}
