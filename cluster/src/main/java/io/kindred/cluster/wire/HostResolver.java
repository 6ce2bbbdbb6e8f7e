package io.kindred.cluster.wire;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Names to addresses without stopping the event loop: an IP address is one already, and other names are looked up on a
 * thread of their own. Each dialer asks once an attempt, so the queue is as long as there are peers.
 */
final class HostResolver implements AutoCloseable {

    interface Callback {
        void resolved(InetSocketAddress address);

        void failed(String why);
    }

    private final Executor owner;
    private final ExecutorService lookups = Executors.newSingleThreadExecutor(task -> {
        Thread thread = new Thread(task, "kindred-resolve");
        thread.setDaemon(true);
        return thread;
    });

    HostResolver(Executor owner) {
        this.owner = owner;
    }

    /** Answers on the owner's thread, perhaps at once. */
    void resolve(String host, int port, Callback callback) {
        byte[] literal = NetUtil.createByteArrayFromIpAddressString(host);
        if (literal != null) {
            callback.resolved(new InetSocketAddress(addressOf(literal), port));
        } else {
            lookups.execute(() -> lookUp(host, port, callback));
        }
    }

    private void lookUp(String host, int port, Callback callback) {
        try {
            InetSocketAddress address = new InetSocketAddress(InetAddress.getByName(host), port);
            owner.execute(() -> callback.resolved(address));
        } catch (UnknownHostException e) {
            owner.execute(() -> callback.failed("no address for " + host));
        }
    }

    private static InetAddress addressOf(byte[] literal) {
        try {
            return InetAddress.getByAddress(literal);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address of " + literal.length + " bytes", e);
        }
    }

    @Override
    public void close() {
        lookups.shutdownNow();
    }
}
