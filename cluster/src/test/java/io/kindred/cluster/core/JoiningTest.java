package io.kindred.cluster.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.kindred.cluster.membership.ChangeRecord;
import io.kindred.cluster.membership.Generation;
import io.kindred.cluster.membership.Member;
import io.kindred.cluster.message.MembershipMessage;
import io.kindred.cluster.message.Message;
import io.kindred.cluster.quorum.Clocks;
import io.kindred.cluster.version.HybridClock;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class JoiningTest {
    private static final String SETTINGS = "ring-partitions 16";

    private final List<Message> sent = new ArrayList<>();
    private final CoreOutput output = new CoreOutput();
    private final List<Member> all = List.of(member(1, "n1"), member(2, "n2"), member(9, "gone"), member(8, "left"));
    private final Joining joining = new Joining(members(), new Clocks(new HybridClock(500)), output, SETTINGS);

    @BeforeEach
    void begin() {
        output.begin((Effects) Proxy.newProxyInstance(
                Effects.class.getClassLoader(), new Class<?>[] {Effects.class}, (proxy, method, args) -> {
                    sent.add((Message) args[1]);
                    return null;
                }));
    }

    @Test
    void anotherNodeWithAMembersNameIsRefused() {
        assertNull(joining.admit(3, new MembershipMessage.JoinRequest(member(3, "n2"), SETTINGS, "")));
        assertNull(joining.admit(3, new MembershipMessage.JoinRequest(member(3, "n1"), SETTINGS, "")));
        assertEquals(
                List.of(
                        new MembershipMessage.JoinRefused(
                                "another node of this cluster is named n2; if that one is gone for good, "
                                        + "send this one KIN.REPLACE n2"),
                        new MembershipMessage.JoinRefused(
                                "another node of this cluster is named n1; if that one is gone for good, "
                                        + "send this one KIN.REPLACE n1")),
                sent);
    }

    @Test
    void aMemberThatStartedAgainKeepsItsName() {
        assertNotNull(joining.admit(2, new MembershipMessage.JoinRequest(member(2, "n2"), SETTINGS, "")));
        assertNotNull(joining.admit(3, new MembershipMessage.JoinRequest(member(3, "n3"), SETTINGS, "")));
        assertEquals(List.of(), sent);
    }

    @Test
    void otherSettingsAreRefused() {
        assertNull(joining.admit(3, new MembershipMessage.JoinRequest(member(3, "n3"), "ring-partitions 64", "")));
        assertEquals(
                List.of(new MembershipMessage.JoinRefused(
                        "this cluster has ring-partitions 16, the newcomer ring-partitions 64")),
                sent);
    }

    @Test
    void thePlaceOfAMemberThatIsGoneIsGiven() {
        ChangeRecord record = joining.admit(3, new MembershipMessage.JoinRequest(member(3, "gone"), SETTINGS, "gone"));
        assertNotNull(record);
        assertEquals(ChangeRecord.Kind.REPLACE, record.kind());
        assertEquals(9, record.other());
        assertNull(joining.admit(3, new MembershipMessage.JoinRequest(member(3, "n3"), SETTINGS, "n2")));
        assertNull(joining.admit(3, new MembershipMessage.JoinRequest(member(3, "n3"), SETTINGS, "nobody")));
        assertEquals(
                List.of(
                        new MembershipMessage.JoinRefused(
                                "node n2 answers; only one that is gone can be replaced or forgotten"),
                        new MembershipMessage.JoinRefused("no member of the ring is named nobody")),
                sent);
    }

    @Test
    void whoWasAdmittedBesideTheNodeThatItReplacesTakesItsPlaceAfterwards() {
        joining.askToReplace("gone");
        ChangeRecord record = joining.replacementLeft();
        assertNotNull(record);
        assertEquals(ChangeRecord.Kind.REPLACE, record.kind());
        assertEquals(1, record.subject());
        assertEquals(9, record.other());
        assertNull(joining.replacementLeft());
    }

    @Test
    void whoHasLeftStaysOut() {
        assertNull(joining.admit(8, new MembershipMessage.JoinRequest(member(8, "left"), SETTINGS, "")));
    }

    private Joining.Members members() {
        return new Joining.Members() {
            @Override
            public Member self() {
                return all.get(0);
            }

            @Override
            public @Nullable Member named(String name) {
                return all.stream()
                        .filter(member -> member.name().equals(name))
                        .findFirst()
                        .orElse(null);
            }

            @Override
            public boolean isListed(long id) {
                return id == 1 || id == 2 || id == 9;
            }

            @Override
            public boolean hasLeft(long id) {
                return id == 8;
            }

            @Override
            public boolean answers(long id) {
                return id != 9;
            }

            @Override
            public long nextRecordStamp() {
                return 1;
            }
        };
    }

    private static Member member(long id, String name) {
        return new Member(id, name, "127.0.0.1", 1, 2, "", "", 1, 1, Generation.ofStart(1), 0);
    }
}
