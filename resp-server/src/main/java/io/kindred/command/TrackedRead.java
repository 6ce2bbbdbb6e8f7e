package io.kindred.command;

import io.kindred.cluster.message.Reply;
import java.util.ArrayList;
import java.util.List;

/** A read whose reply its client keeps, until it is answered: what came in between is told behind the reply. */
final class TrackedRead implements ReplySink {
    private final Tracking tracking;
    private final Session session;
    private final ReplySink sink;
    private final List<Tracking.Key> keys = new ArrayList<>(1);
    private boolean isOld;

    TrackedRead(Tracking tracking, Session session, ReplySink sink) {
        this.tracking = tracking;
        this.session = session;
        this.sink = sink;
    }

    List<Tracking.Key> keys() {
        return keys;
    }

    /** What it finds may be old by the time when it is told. */
    void isOld() {
        isOld = true;
    }

    void changed(Tracking.Key key) {
        isOld |= keys.contains(key);
    }

    @Override
    public void complete(Reply reply) {
        tracking.ended(this);
        sink.complete(reply);
        if (isOld && session.tracked().isOn()) {
            tracking.tellOld(session, keys);
        }
    }

    @Override
    public void also(Reply reply) {
        sink.also(reply);
    }
}
