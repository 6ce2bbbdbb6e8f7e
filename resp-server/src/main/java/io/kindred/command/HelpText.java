package io.kindred.command;

import io.kindred.cluster.message.Reply;
import java.util.ArrayList;
import java.util.List;

/** What {@code X HELP} answers, laid out as Redis does. */
public final class HelpText {
    private HelpText() {}

    /** @param lines a subcommand with its arguments, then what it does, in lines, in turn */
    public static Action.OfSession of(String container, String... lines) {
        List<Reply> text = new ArrayList<>();
        text.add(new Reply.Simple(container + " <subcommand> [<arg> [value] [opt] ...]. Subcommands are:"));
        for (int i = 0; i < lines.length; i += 2) {
            text.add(new Reply.Simple(lines[i]));
            lines[i + 1].lines().forEach(line -> text.add(new Reply.Simple("    " + line)));
        }
        text.add(new Reply.Simple("HELP"));
        text.add(new Reply.Simple("    Prints this help."));
        Reply reply = Reply.array(List.copyOf(text));
        return (session, args, server) -> reply;
    }

    public static CommandSpec.Builder spec(String name, String group) {
        return CommandSpec.named(name, 2)
                .flags(CommandSpec.Flag.LOADING, CommandSpec.Flag.STALE)
                .docs(group, "5.0.0", "O(1)", "Says what the subcommands are.");
    }
}
