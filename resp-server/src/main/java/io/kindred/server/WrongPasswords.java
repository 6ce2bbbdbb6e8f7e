package io.kindred.server;

import io.kindred.cluster.message.Reply;
import io.kindred.command.ClientIdentity;
import io.kindred.command.ReplySink;
import io.netty.util.concurrent.EventExecutor;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * What becomes of wrong passwords: each is counted, its answer comes late, and the log tells of them once a minute. The first of
 * an address is answered after {@link #FIRST_MILLIS}, each further one after twice as long, up to {@link #LAST_MILLIS}; a
 * minute without one forgives all. Only the connection that guesses waits, and runs nothing else meanwhile: right passwords, other
 * connections of the same address and the loop are not held up.
 *
 * <p>Owned by: the loop thread.
 */
final class WrongPasswords {
    static final int FIRST_MILLIS = 20;
    static final int LAST_MILLIS = 2_560;
    /** So many addresses are remembered; those that guessed longest ago are forgotten first. */
    static final int ADDRESSES_MAX = 1024;

    private static final long FORGIVEN_MILLIS = 60_000;
    private static final long NOTE_MILLIS = 60_000;
    private static final System.Logger LOG = System.getLogger(WrongPasswords.class.getName());

    private final EventExecutor loop;
    private final InstantSource clock;
    private final ServerCounters counters;
    private final Map<String, Guesses> addresses = new LinkedHashMap<>();
    private long notedMillis = Long.MIN_VALUE / 2;
    private long sinceNoted;

    private record Guesses(int delayMillis, long lastMillis) {}

    WrongPasswords(EventExecutor loop, InstantSource clock, ServerCounters counters) {
        this.loop = loop;
        this.clock = clock;
        this.counters = counters;
    }

    /** Answers later. Nobody else waits for it: it gives back its part of the window. */
    void refuse(ClientIdentity client, ReplySink sink, Reply refusal) {
        counters.countWrongPassword();
        String remote = client.addresses().remote();
        note(remote);
        int delayMillis = delayOf(remote.substring(0, remote.lastIndexOf(':')));
        if (sink instanceof ReplySlot slot) {
            slot.stepAside();
        }
        loop.schedule(() -> sink.complete(refusal), delayMillis, TimeUnit.MILLISECONDS);
    }

    private int delayOf(String host) {
        long now = clock.millis();
        Guesses before = addresses.remove(host);
        int delayMillis = before == null || now - before.lastMillis() > FORGIVEN_MILLIS
                ? FIRST_MILLIS
                : Math.min(LAST_MILLIS, before.delayMillis() * 2);
        addresses.put(host, new Guesses(delayMillis, now));
        if (addresses.size() > ADDRESSES_MAX) {
            addresses.remove(addresses.keySet().iterator().next());
        }
        return delayMillis;
    }

    private void note(String remote) {
        sinceNoted++;
        long now = clock.millis();
        if (now - notedMillis >= NOTE_MILLIS) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "wrong password from " + remote
                            + (sinceNoted == 1 ? "" : ", and " + (sinceNoted - 1) + " before it")
                            + "; more of them are counted in INFO as acl_access_denied_auth");
            notedMillis = now;
            sinceNoted = 0;
        }
    }
}
