package io.kindred.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kindred.cluster.message.Reply;
import io.kindred.command.Admission;
import io.kindred.command.ClientIdentity;
import io.kindred.command.ClientUser;
import io.kindred.command.Session;
import io.kindred.resp.RespEncoder;
import io.kindred.resp.Seeds;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The order in which replies and pushes are written, and what waits meanwhile. */
final class OutputQueueTest {
    private final Client client = new Client();

    @Test
    void repliesAreWrittenInTheOrderOfTheCommands() {
        ReplySlot a = client.begin();
        ReplySlot b = client.begin();
        ReplySlot c = client.begin();
        c.complete(text("c"));
        b.complete(text("b"));
        assertEquals(List.of(), client.written);
        assertEquals(2, client.queue.held());
        assertEquals(RespEncoder.sizeBytes(text("b")) + RespEncoder.sizeBytes(text("c")), client.queue.heldBytes());
        a.complete(text("a"));
        assertEquals(List.of("a", "b", "c"), client.written);
        client.assertNothingWaits();
    }

    @Test
    void aPushIsWrittenAtOnceWhereNoReplyWaits() {
        client.push("p", null);
        ReplySlot a = client.begin();
        client.push("q", null);
        assertEquals(List.of("p", "q"), client.written);
        a.complete(text("a"));
        client.push("r", null);
        assertEquals(List.of("p", "q", "a", "r"), client.written);
        client.assertNothingWaits();
    }

    /** What it tells of was seen by the command behind it and not by those that had ended. */
    @Test
    void aPushStandsBehindRepliesThatWaitAndBeforeThoseToCome() {
        ReplySlot a = client.begin();
        ReplySlot b = client.begin();
        ReplySlot c = client.begin();
        b.complete(text("b"));
        client.push("p", null);
        c.complete(text("c"));
        client.push("q", null);
        assertEquals(List.of(), client.written);
        assertEquals(4, client.queue.held());
        a.complete(text("a"));
        assertEquals(List.of("a", "b", "p", "c", "q"), client.written);
        client.assertNothingWaits();
    }

    @Test
    void pushesKeepTheirOrder() {
        ReplySlot a = client.begin();
        ReplySlot b = client.begin();
        client.push("p", b);
        client.push("q", null);
        a.complete(text("a"));
        assertEquals(List.of("a"), client.written);
        client.push("r", null);
        b.complete(text("b"));
        assertEquals(List.of("a", "b", "p", "q", "r"), client.written);
        client.assertNothingWaits();
    }

    /** An invalidation that comes while a read is under way would else be overtaken by what it takes back. */
    @Test
    void aPushStandsBehindTheReplyThatItIsToFollow() {
        ReplySlot a = client.begin();
        ReplySlot b = client.begin();
        ReplySlot c = client.begin();
        client.push("p", b);
        c.complete(text("c"));
        client.push("q", b);
        a.complete(text("a"));
        b.complete(text("b"));
        assertEquals(List.of("a", "b", "p", "c", "q"), client.written);
        client.push("r", b);
        assertEquals(6, client.written.size());
        client.assertNothingWaits();
    }

    @Test
    void severalRepliesOfACommandAreWrittenInARow() {
        ReplySlot a = client.begin();
        ReplySlot b = client.begin();
        b.also(text("b1"));
        client.push("p", null);
        b.also(text("b2"));
        b.complete(text("b3"));
        long three = 3 * RespEncoder.sizeBytes(text("b1"));
        assertEquals(three, client.queue.heldBytes());
        client.push("q", null);
        a.complete(text("a"));
        assertEquals(List.of("p", "a", "b1", "b2", "b3", "q"), client.written);
        assertThrows(IllegalStateException.class, () -> b.also(text("b4")));
        assertThrows(IllegalStateException.class, () -> b.complete(text("b4")));
        client.assertNothingWaits();
    }

    @Test
    void nothingIsLeftOfAQueueThatIsCleared() {
        client.begin();
        client.begin().complete(text("b"));
        client.push("p", null);
        client.queue.clear();
        client.assertNothingWaits();
        assertTrue(client.queue.isPushedAtOnce(null));
        client.begin().complete(text("c"));
        assertEquals(List.of("c"), client.written);
    }

    @Test
    void onlyTheHeadIsWritten() {
        client.begin();
        ReplySlot b = client.begin();
        assertThrows(IllegalStateException.class, () -> client.queue.remove(b));
    }

    /** Random commands, ends and pushes give what a list gives in which each is looked for from the end. */
    @Test
    void anyOrderOfEndsAndPushesGivesWhatTheModelGives() {
        Seeds.each(OutputQueueTest.class, 2_000, random -> new Race(random).run());
    }

    private static Reply text(String text) {
        return new Reply.Simple(text);
    }

    /** A connection that writes what is ready, as {@link ClientOutput} does. */
    private static final class Client implements ReplySlot.Owner {
        private final Session session = new Session(
                new ClientIdentity(1, new ClientIdentity.Addresses("a:1", "b:2", false), 0),
                new ClientUser(true),
                Admission.OPEN);
        private final OutputQueue queue = new OutputQueue();
        private final List<String> written = new ArrayList<>();

        ReplySlot begin() {
            ReplySlot slot = new ReplySlot(this);
            queue.add(slot);
            return slot;
        }

        void push(String text, @Nullable ReplySlot behind) {
            Reply.Push push = new Reply.Push(List.of(text(text)));
            if (queue.isPushedAtOnce(behind)) {
                written.add(text);
            } else {
                queue.push(new OutputPush(push, RespEncoder.RESP3), push, behind);
            }
        }

        @Override
        public void completed(ReplySlot slot) {
            Reply reply = slot.reply();
            if (reply == null) {
                throw new AssertionError("it was completed with nothing");
            }
            queue.ended(slot, reply);
            for (OutputEntry entry = queue.ready(); entry != null; entry = queue.ready()) {
                queue.remove(entry);
                if (entry instanceof ReplySlot ready && ready.earlier() != null) {
                    ready.earlier().forEach(this::write);
                }
                write(entry.reply());
            }
        }

        private void write(@Nullable Reply reply) {
            if (reply instanceof Reply.Push push) {
                write(push.items().get(0));
            } else if (reply instanceof Reply.Simple simple) {
                written.add(simple.text());
            }
        }

        void assertNothingWaits() {
            assertTrue(queue.isEmpty());
            assertNull(queue.ready());
            assertEquals(0, queue.commands());
            assertEquals(0, queue.held());
            assertEquals(0, queue.heldBytes());
        }

        @Override
        public Session session() {
            return session;
        }

        @Override
        public long turnNanos() {
            return 0;
        }

        @Override
        public void stepAside(ReplySlot slot) {}
    }

    /** The same events for a client and for the model of its queue, a list of what is not written. */
    private static final class Race {
        private static final int EVENTS = 60;

        private record Item(String text, boolean isCommand) {}

        private final Random random;
        private final Client client = new Client();
        private final List<ReplySlot> underWay = new ArrayList<>();
        private final List<String> names = new ArrayList<>();
        private final List<Item> model = new ArrayList<>();
        private final List<String> expected = new ArrayList<>();

        Race(Random random) {
            this.random = random;
        }

        void run() {
            for (int i = 0; i < EVENTS; i++) {
                switch (random.nextInt(4)) {
                    case 0, 1 -> begin("c" + i);
                    case 2 -> end();
                    default -> push("p" + i);
                }
                check();
            }
            while (!underWay.isEmpty()) {
                end();
                check();
            }
            client.assertNothingWaits();
        }

        private void begin(String name) {
            underWay.add(client.begin());
            names.add(name);
            model.add(new Item(name, true));
        }

        private void end() {
            if (underWay.isEmpty()) {
                return;
            }
            int at = random.nextInt(underWay.size());
            String name = names.remove(at);
            underWay.remove(at).complete(text(name));
        }

        private void push(String text) {
            int behind = random.nextInt(3) == 0 && !underWay.isEmpty() ? random.nextInt(underWay.size()) : -1;
            client.push(text, behind < 0 ? null : underWay.get(behind));
            int at = model.size();
            while (at > 0 && !comesBefore(model.get(at - 1), behind)) {
                at--;
            }
            model.add(at, new Item(text, false));
        }

        /** Whether what is in the queue comes before a push that comes now. */
        private boolean comesBefore(Item item, int behind) {
            boolean isUnderWay = item.isCommand() && names.contains(item.text());
            return !isUnderWay || (behind >= 0 && names.get(behind).equals(item.text()));
        }

        private void check() {
            while (!model.isEmpty()
                    && !(model.get(0).isCommand() && names.contains(model.get(0).text()))) {
                expected.add(model.remove(0).text());
            }
            assertEquals(expected, client.written);
            assertEquals(model.stream().filter(Item::isCommand).count(), client.queue.commands());
            assertEquals(model.size() - underWay.size(), client.queue.held());
            assertEquals(model.isEmpty(), client.queue.isEmpty());
            assertFalse(client.queue.ready() != null, "what is ready is written");
            assertEquals(client.queue.held() == 0, client.queue.heldBytes() == 0);
        }
    }
}
