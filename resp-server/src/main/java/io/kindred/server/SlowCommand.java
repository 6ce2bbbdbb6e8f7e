package io.kindred.server;

import static io.kindred.command.CommandSpec.Flag.ADMIN;
import static io.kindred.command.CommandSpec.Flag.LOADING;
import static io.kindred.command.CommandSpec.Flag.NOSCRIPT;
import static io.kindred.command.CommandSpec.Flag.STALE;

import io.kindred.cluster.message.Reply;
import io.kindred.command.Action;
import io.kindred.command.CommandSpec;
import io.kindred.command.CommandTable;
import io.kindred.command.HelpText;
import io.kindred.command.ServerView;
import io.kindred.command.Session;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** SLOWLOG and LATENCY: what took long, and when. */
final class SlowCommand {
    private static final long GET_COUNT = 10;
    private static final Reply NOT_A_COUNT = Reply.error("ERR count should be greater than or equal to -1");
    private static final Reply NOT_AN_INTEGER = Reply.error("ERR value is not an integer or out of range");

    private final SlowCommands slow;
    private final ClientSettings settings;

    private SlowCommand(SlowCommands slow, ClientSettings settings) {
        this.slow = slow;
        this.settings = settings;
    }

    static void register(CommandTable.Builder table, SlowCommands slow, ClientSettings settings) {
        SlowCommand command = new SlowCommand(slow, settings);
        command.slowLog(table);
        command.latency(table);
    }

    private void slowLog(CommandTable.Builder table) {
        CommandTable.Builder sub = new CommandTable.Builder();
        sub.add(
                slow("get", -2, "2.2.12", "Shows the newest entries of the slow log.")
                        .tips("request_policy:all_nodes", "nondeterministic_output"),
                (Action.OfNode) this::get);
        sub.add(
                slow("len", 2, "2.2.12", "Counts the entries of the slow log.")
                        .tips("request_policy:all_nodes", "response_policy:agg_sum", "nondeterministic_output"),
                (Action.OfNode)
                        (session, args, server) -> Reply.integer(trimmed().length()));
        sub.add(
                slow("reset", 2, "2.2.12", "Empties the slow log.")
                        .tips("request_policy:all_nodes", "response_policy:all_succeeded"),
                (Action.OfNode) (session, args, server) -> {
                    trimmed().reset();
                    return Reply.OK;
                });
        sub.add(
                HelpText.spec("slowlog|help", "server"),
                HelpText.of(
                        "SLOWLOG",
                        "GET [<count>]",
                        "Return the newest <count> entries (10, or all of them for -1): id, time, microseconds, command,"
                                + " address and name of the client.",
                        "LEN",
                        "Return the number of entries.",
                        "RESET",
                        "Forget all entries."));
        table.container(
                CommandSpec.named("slowlog", -2)
                        .docs("server", "2.2.12", "Depends on subcommand.", "Shows which commands were slow."),
                null,
                sub);
    }

    private void latency(CommandTable.Builder table) {
        CommandTable.Builder sub = new CommandTable.Builder();
        sub.add(latency("latest", 2, "Shows the last spike of each event."), (Action.OfNode) this::latest);
        sub.add(latency("history", 3, "Shows the spikes of an event."), (Action.OfNode) this::history);
        sub.add(
                latency("histogram", -2, "Shows how long the calls of commands took.")
                        .docs("server", "7.0.0", "O(N), N commands", "Shows how long the calls of commands took."),
                (Action.OfNode) SlowCommand::histogram);
        sub.add(latency("reset", -2, "Forgets the spikes of all events, or of these."), (Action.OfNode) this::reset);
        sub.add(latency("doctor", 2, "Says in words what was slow."), (Action.OfNode) this::doctor);
        sub.add(
                HelpText.spec("latency|help", "server"),
                HelpText.of(
                        "LATENCY",
                        "DOCTOR",
                        "Return what was slow, in words.",
                        "HISTOGRAM [<command> ...]",
                        "Return how many calls of these commands, or all, took no longer than each power of two microseconds.",
                        "HISTORY <event>",
                        "Return time and milliseconds of the spikes of <event>.",
                        "LATEST",
                        "Return the last and the longest spike of each event.",
                        "RESET [<event> ...]",
                        "Forget the spikes of all events, or of these."));
        table.container(
                CommandSpec.named("latency", -2)
                        .docs("server", "2.8.13", "Depends on subcommand.", "Shows when commands were slow."),
                null,
                sub);
    }

    private static CommandSpec.Builder slow(String word, int arity, String since, String summary) {
        return CommandSpec.named("slowlog|" + word, arity)
                .flags(ADMIN, LOADING, STALE)
                .docs("server", since, "O(N), N entries", summary);
    }

    private static CommandSpec.Builder latency(String word, int arity, String summary) {
        return CommandSpec.named("latency|" + word, arity)
                .flags(ADMIN, NOSCRIPT, LOADING, STALE)
                .docs("server", "2.8.13", "O(N), N samples", summary)
                .tips(
                        word.equals("reset")
                                ? new String[] {"request_policy:all_nodes", "response_policy:all_succeeded"}
                                : new String[] {
                                    "nondeterministic_output", "request_policy:all_nodes", "response_policy:special"
                                });
    }

    private SlowLog trimmed() {
        slow.log().trim(settings.slow().logMax());
        return slow.log();
    }

    private static Reply histogram(Session session, byte[][] args, ServerView server) {
        List<String> wanted = new ArrayList<>();
        for (int i = 2; i < args.length; i++) {
            wanted.add(Words.text(args[i]).toLowerCase(Locale.ROOT));
        }
        return server.commands().counters().histograms(wanted);
    }

    private Reply get(Session session, byte[][] args, ServerView server) {
        Long count = args.length == 2 ? Long.valueOf(GET_COUNT) : Words.number(args[2]);
        if (args.length > 3) {
            return ClientCommand.SYNTAX;
        }
        if (count == null) {
            return NOT_AN_INTEGER;
        }
        if (count < -1) {
            return NOT_A_COUNT;
        }
        List<Reply> rows = new ArrayList<>();
        for (SlowLog.Entry entry : trimmed().newest(count < 0 ? Long.MAX_VALUE : count)) {
            rows.add(Reply.array(List.of(
                    Reply.integer(entry.id()),
                    Reply.integer(entry.seconds()),
                    Reply.integer(entry.micros()),
                    Reply.array(entry.args().stream()
                            .<Reply>map(arg -> Reply.bulk(arg.getBytes(StandardCharsets.ISO_8859_1)))
                            .toList()),
                    Reply.bulk(entry.address()),
                    Reply.bulk(entry.name()))));
        }
        return Reply.array(rows);
    }

    private Reply latest(Session session, byte[][] args, ServerView server) {
        List<Reply> rows = new ArrayList<>();
        for (LatencyLog.Latest event : slow.latencies().latest()) {
            rows.add(Reply.array(List.of(
                    Reply.bulk(event.event()),
                    Reply.integer(event.last().seconds()),
                    Reply.integer(event.last().millis()),
                    Reply.integer(event.mostMillis()))));
        }
        return Reply.array(rows);
    }

    private Reply history(Session session, byte[][] args, ServerView server) {
        List<Reply> rows = new ArrayList<>();
        for (LatencyLog.Sample sample : slow.latencies().history(Words.text(args[2]))) {
            rows.add(Reply.array(List.of(Reply.integer(sample.seconds()), Reply.integer(sample.millis()))));
        }
        return Reply.array(rows);
    }

    private Reply reset(Session session, byte[][] args, ServerView server) {
        List<String> names = new ArrayList<>();
        for (int i = 2; i < args.length; i++) {
            names.add(Words.text(args[i]));
        }
        return Reply.integer(slow.latencies().reset(names));
    }

    private Reply doctor(Session session, byte[][] args, ServerView server) {
        long thresholdMillis = settings.slow().latencyMillis();
        StringBuilder text = new StringBuilder();
        if (thresholdMillis == 0) {
            text.append(
                    "Nothing is watched: latency-monitor-threshold is 0. CONFIG SET it to the milliseconds from which"
                            + " on a command is to be remembered.\n");
        }
        List<LatencyLog.Latest> events = slow.latencies().latest();
        if (events.isEmpty()) {
            text.append("No spikes are remembered.\n");
        }
        for (LatencyLog.Latest event : events) {
            List<LatencyLog.Sample> samples = slow.latencies().history(event.event());
            long meanMillis = (long) samples.stream()
                    .mapToLong(LatencyLog.Sample::millis)
                    .average()
                    .orElse(0);
            text.append(event.event())
                    .append(": in ")
                    .append(samples.size())
                    .append(" seconds something took too long, ")
                    .append(meanMillis)
                    .append(" ms in the mean and ")
                    .append(event.mostMillis())
                    .append(" ms at most. SLOWLOG GET shows which commands, INFO kindred what the node waits for.\n");
        }
        return new Reply.Verbatim("txt", text.toString().getBytes(StandardCharsets.UTF_8));
    }
}
