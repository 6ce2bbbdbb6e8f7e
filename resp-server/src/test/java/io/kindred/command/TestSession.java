package io.kindred.command;

import io.kindred.cluster.message.QuorumSpec;
import org.jspecify.annotations.Nullable;

final class TestSession implements Session {
    private int db;
    private int protocol = 2;
    private boolean authenticated = true;
    private final KeyOrder order = new KeyOrder();
    private QuorumSpec quorum = QuorumSpec.DEFAULT;
    private @Nullable CommandSpec last;

    @Override
    public long id() {
        return 1;
    }

    @Override
    public int db() {
        return db;
    }

    @Override
    public void db(int other) {
        db = other;
    }

    @Override
    public int protocol() {
        return protocol;
    }

    @Override
    public void protocol(int version) {
        protocol = version;
    }

    @Override
    public boolean overTls() {
        return false;
    }

    @Override
    public boolean authenticated() {
        return authenticated;
    }

    @Override
    public void authenticated(boolean yes) {
        authenticated = yes;
    }

    @Override
    public QuorumSpec quorum() {
        return quorum;
    }

    @Override
    public void quorum(QuorumSpec other) {
        quorum = other;
    }

    @Override
    public KeyOrder order() {
        return order;
    }

    @Override
    public boolean mayWrite() {
        return true;
    }

    @Override
    public boolean mayRead() {
        return true;
    }

    @Override
    public boolean runAlone() {
        return true;
    }

    @Override
    public void running(CommandSpec command) {
        last = command;
    }

    @Nullable
    CommandSpec last() {
        return last;
    }

    @Override
    public void started(CommandCalls calls) {}
}
