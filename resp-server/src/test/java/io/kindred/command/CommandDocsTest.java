package io.kindred.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kindred.server.TestParts;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What COMMAND DOCS says of each command agrees with what the dispatcher asks of it. */
final class CommandDocsTest {
    /** The protocol is given first, so that the rest may be left out with it. */
    private static final Set<String> WITH_UNSAID_MORE = Set.of("hello");

    private final MemoryNode node = new MemoryNode(new TestSettings(), InstantSource.system(), TestParts::addCommands);

    private List<CommandSpec> all() {
        List<CommandSpec> all = new ArrayList<>();
        for (CommandSpec spec : node.commands()) {
            all.add(spec);
            all.addAll(spec.subcommands());
        }
        return all;
    }

    @Test
    void argumentsAndArityAgree() {
        for (CommandSpec spec : all()) {
            if (!spec.subcommands().isEmpty()) {
                assertTrue(CommandArguments.of(spec.name()).isEmpty(), spec.name());
                continue;
            }
            List<Argument> arguments = CommandArguments.of(spec.name());
            int words = spec.name().contains("|") ? 2 : 1;
            words += arguments.stream().mapToInt(Argument::wordsMin).sum();
            boolean isFixed = arguments.stream().allMatch(Argument::isFixed);
            boolean isArityFixed = spec.arity() > 0 || arguments.isEmpty();
            assertEquals(Math.abs(spec.arity()), words, spec.name());
            assertTrue(isFixed == isArityFixed || WITH_UNSAID_MORE.contains(spec.name()), spec.name());
            boolean takesKey = arguments.toString().contains("type=KEY");
            boolean hasKeys = spec.keys() != null && spec.keys().areKeys();
            // The keys of scripts are as many as one of their arguments says.
            boolean isSaidElsewhere =
                    spec.name().equals("kin.repair") || spec.name().startsWith("eval");
            assertEquals(hasKeys || isSaidElsewhere, takesKey, spec.name());
        }
    }

    @Test
    void everythingIsSaidOfEachCommand() {
        Set<String> described = new TreeSet<>(CommandArguments.all().keySet());
        for (CommandSpec spec : all()) {
            described.remove(spec.name());
            CommandSpec.Docs docs = spec.docs();
            for (String text : List.of(docs.summary(), docs.since(), docs.group(), docs.complexity())) {
                assertFalse(text.isBlank(), spec.name());
            }
            assertTrue(docs.since().matches("[0-9]+[.][0-9]+[.][0-9]+"), spec.name());
        }
        assertEquals(Set.of(), described, "arguments of no command");
    }

    @Test
    void docsShowArguments() {
        List<io.kindred.cluster.message.Reply> replies = new ArrayList<>();
        byte[][] args = TestNode.bytes(List.of("COMMAND", "DOCS", "setnx"));
        node.dispatcher().run(TestSessions.open(), args, replies::add);
        String text = RespText.of(replies.get(0));
        assertTrue(
                text.endsWith("$9\r\narguments\r\n*2\r\n"
                        + "*8\r\n$4\r\nname\r\n$3\r\nkey\r\n$4\r\ntype\r\n$3\r\nkey\r\n"
                        + "$12\r\ndisplay_text\r\n$3\r\nkey\r\n$14\r\nkey_spec_index\r\n:0\r\n"
                        + "*6\r\n$4\r\nname\r\n$5\r\nvalue\r\n$4\r\ntype\r\n$6\r\nstring\r\n"
                        + "$12\r\ndisplay_text\r\n$5\r\nvalue\r\n"),
                text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"key:kez", "[key:key", "a(b:key c:key | D)", "key:key)", "a(", ":key"})
    void wrongNotationIsNoticed(String text) {
        assertThrows(IllegalArgumentException.class, () -> ArgumentNotation.parse(text));
    }
}
