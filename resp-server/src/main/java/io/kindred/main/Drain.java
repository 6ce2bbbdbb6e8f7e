package io.kindred.main;

import io.kindred.cluster.core.NodeViews;
import io.kindred.cluster.message.Reply;
import io.kindred.command.Answer;
import io.netty.channel.EventLoop;
import java.lang.System.Logger.Level;
import java.util.concurrent.TimeUnit;

/**
 * A node's leaving before its stop, for {@code leave-on-shutdown}: it asks to leave as KIN.LEAVE does, serves on, and looks
 * now and then whether it holds anything. It ends when nothing is left, when the node may not leave, or when the time is up.
 *
 * <p>Owned by: the loop thread.
 */
final class Drain implements Answer<Reply> {
    private static final long LOOK_MILLIS = 200;
    private static final System.Logger LOG = System.getLogger(Drain.class.getName());

    private final EventLoop loop;
    private final NodeViews views;
    private final Runnable then;
    private final long farewellMillis;
    private long looksLeft;

    /**
     * @param farewellMillis what gossip needs: others list a node that leaves until they hear that it holds nothing
     * @param then what follows; run once
     */
    Drain(EventLoop loop, NodeViews views, long timeoutSeconds, long farewellMillis, Runnable then) {
        this.loop = loop;
        this.views = views;
        this.then = then;
        this.farewellMillis = farewellMillis;
        this.looksLeft = TimeUnit.SECONDS.toMillis(timeoutSeconds) / LOOK_MILLIS;
    }

    @Override
    public void done(Reply left) {
        LOG.log(Level.INFO, "Leaving the ring before the stop");
        look();
    }

    @Override
    public void failed(String error) {
        LOG.log(Level.WARNING, "Not leaving the ring before the stop: " + error);
        then.run();
    }

    private void look() {
        if (holdsNothing()) {
            LOG.log(Level.INFO, "Holds nothing any more; stopping once the others know");
            loop.schedule(then, farewellMillis, TimeUnit.MILLISECONDS);
        } else if (looksLeft-- <= 0) {
            LOG.log(
                    Level.WARNING,
                    "Stopping although " + views.partitionsParting()
                            + " partitions are still to be given away: leave-timeout-s is over. What is here is still"
                            + " needed: start the node again");
            then.run();
        } else {
            loop.schedule(this::look, LOOK_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    /** A node that leaves is listed until it holds nothing and owes no hints. */
    private boolean holdsNothing() {
        long self = views.self().id();
        return views.partitionsParting() == 0
                && views.ring().owned(self) == 0
                && views.members().stream().noneMatch(line -> line.member().id() == self);
    }
}
