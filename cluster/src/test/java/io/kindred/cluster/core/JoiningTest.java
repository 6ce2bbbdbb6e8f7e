package io.kindred.cluster.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.kindred.cluster.membership.Generation;
import io.kindred.cluster.membership.Member;
import io.kindred.cluster.membership.MembershipView;
import io.kindred.cluster.message.Message;
import io.kindred.cluster.quorum.Clocks;
import io.kindred.cluster.version.HybridClock;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class JoiningTest {
    private static final String SETTINGS = "ring-partitions 16";

    private final List<Message> sent = new ArrayList<>();
    private final Outlet outlet = new Outlet();
    private final MembershipView view = new MembershipView(member(1, "n1"));
    private final Joining joining = new Joining(view, new Clocks(new HybridClock(500)), outlet, SETTINGS);

    @BeforeEach
    void begin() {
        view.learn(member(2, "n2"), 0);
        outlet.begin((Effects) Proxy.newProxyInstance(
                Effects.class.getClassLoader(), new Class<?>[] {Effects.class}, (proxy, method, args) -> {
                    sent.add((Message) args[1]);
                    return null;
                }));
    }

    @Test
    void anotherNodeWithAMembersNameIsRefused() {
        assertNull(joining.admit(3, new Message.JoinRequest(member(3, "n2"), SETTINGS), false));
        assertNull(joining.admit(3, new Message.JoinRequest(member(3, "n1"), SETTINGS), false));
        assertEquals(
                List.of(
                        new Message.JoinRefused("another node of this cluster is named n2"),
                        new Message.JoinRefused("another node of this cluster is named n1")),
                sent);
    }

    @Test
    void aMemberThatStartedAgainKeepsItsName() {
        assertNotNull(joining.admit(2, new Message.JoinRequest(member(2, "n2"), SETTINGS), false));
        assertNotNull(joining.admit(3, new Message.JoinRequest(member(3, "n3"), SETTINGS), false));
        assertEquals(List.of(), sent);
    }

    @Test
    void otherSettingsAreRefused() {
        assertNull(joining.admit(3, new Message.JoinRequest(member(3, "n3"), "ring-partitions 64"), false));
        assertEquals(
                List.of(new Message.JoinRefused(
                        "this cluster has ring-partitions 16, the newcomer ring-partitions 64")),
                sent);
    }

    private static Member member(long id, String name) {
        return new Member(id, name, "127.0.0.1", 1, 2, "", "", 1, 1, Generation.ofStart(1), 0);
    }
}
