package io.kindred.command;

import io.kindred.cluster.message.Operation;
import io.kindred.cluster.message.Outcome;
import io.kindred.cluster.message.OutcomeCallback;
import io.kindred.cluster.message.QuorumSpec;
import io.kindred.cluster.quorum.LiveValue;
import io.kindred.cluster.quorum.UpdateFunction.Change;
import io.kindred.cluster.quorum.UpdateFunction.Current;
import io.kindred.cluster.version.VersionVector;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * The keys, whose changes are told as keyspace events once W have them; nothing is told of what was refused, or of what nobody
 * knows. What a read-modify-write has done only its coordinator knows: it is asked to say so in its answer. While there are no
 * events to tell, an operation costs one test.
 */
public final class TellingKeys implements KeyPort {
    private static final byte[] SET = "set".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] PXAT = "pxat".getBytes(StandardCharsets.US_ASCII);

    private final KeyPort keys;
    private final KeyspaceEvents events;
    private final Tracking tracking;
    private final InstantSource clock;

    public TellingKeys(KeyPort keys, KeyspaceEvents events, Tracking tracking, InstantSource clock) {
        this.keys = keys;
        this.events = events;
        this.tracking = tracking;
        this.clock = clock;
    }

    @Override
    public void execute(Operation operation, QuorumSpec quorum, OutcomeCallback callback) {
        if (operation instanceof Operation.Get && tracking.isAny()) {
            getTracked(operation, quorum, callback);
        } else if (!events.isOn()) {
            keys.execute(operation, quorum, callback);
        } else if (operation instanceof Operation.Put put) {
            put(put, quorum, callback);
        } else if (operation instanceof Operation.Update update) {
            update(update, quorum, callback);
        } else if (operation instanceof Operation.GroupUpdate group) {
            // Who began it has the events from the answer, with what is to be published.
            Operation telling = new Operation.GroupUpdate(group.keys(), KeyEvents.telling(group.args()));
            keys.execute(telling, quorum, callback);
        } else {
            get(operation, quorum, callback);
        }
    }

    /** A put does not know what it replaces: where that matters it is a read-modify-write. */
    private void put(Operation.Put put, QuorumSpec quorum, OutcomeCallback callback) {
        byte[] value = put.value();
        if (events.isOn('n') && put.context() == null && value != null) {
            boolean expires = put.expireAtMillis() != Expiry.NONE;
            byte[][] args = expires
                    ? new byte[][] {SET, put.key(), value, PXAT, Numbers.bytes(put.expireAtMillis())}
                    : new byte[][] {SET, put.key(), value};
            // Who has put without a context does not ask for the one that comes of it.
            OutcomeCallback asPut = outcome -> callback.done(
                    outcome instanceof Outcome.Updated ? new Outcome.Written(VersionVector.EMPTY) : outcome);
            update(new Operation.Update(put.db(), put.key(), args), quorum, asPut);
            return;
        }
        keys.execute(put, quorum, outcome -> {
            if (outcome instanceof Outcome.Written) {
                Change change = new Change(value, put.expireAtMillis());
                KeyEvents.of("set", put.db(), put.key(), null, change).stream()
                        .filter(event -> event.kind() != 'n')
                        .forEach(events::tell);
            }
            callback.done(outcome);
        });
    }

    private void update(Operation.Update update, QuorumSpec quorum, OutcomeCallback callback) {
        Operation telling = new Operation.Update(update.db(), update.key(), KeyEvents.telling(update.args()));
        keys.execute(telling, quorum, outcome -> {
            if (outcome instanceof Outcome.Updated updated) {
                GroupDone done = GroupDone.of(updated.reply());
                for (byte[][] words : done.publications()) {
                    KeyspaceEvents.@Nullable Event event = KeyEvents.of(words);
                    if (event != null) {
                        events.tell(new KeyspaceEvents.Event(event.kind(), event.name(), update.db(), update.key()));
                    }
                }
                callback.done(new Outcome.Updated(done.reply()));
            } else {
                callback.done(outcome);
            }
        });
    }

    /** A value that goes by itself is old then. */
    private void getTracked(Operation get, QuorumSpec quorum, OutcomeCallback callback) {
        OutcomeCallback noting = outcome -> {
            @Nullable
            Current live =
                    outcome instanceof Outcome.Found found ? LiveValue.of(found.versions(), clock.millis()) : null;
            if (live != null && live.expireAtMillis() != Expiry.NONE) {
                tracking.expires(get.key(), live.expireAtMillis());
            }
            callback.done(outcome);
        };
        get(get, quorum, noting);
    }

    private void get(Operation get, QuorumSpec quorum, OutcomeCallback callback) {
        if (!events.isOn('m')) {
            keys.execute(get, quorum, callback);
            return;
        }
        keys.execute(get, quorum, outcome -> {
            if (outcome instanceof Outcome.Found found && LiveValue.of(found.versions(), clock.millis()) == null) {
                events.tell(new KeyspaceEvents.Event('m', "keymiss", get.db(), get.key()));
            }
            callback.done(outcome);
        });
    }

    @Override
    public void foresee(int db, byte[][] several, int count) {
        keys.foresee(db, several, count);
    }

    @Override
    public boolean isAlone() {
        return keys.isAlone();
    }

    @Override
    public int groupOf(byte[] key) {
        return keys.groupOf(key);
    }

    @Override
    public boolean isCoordinatedHere(int db, byte[] key, boolean update) {
        return keys.isCoordinatedHere(db, key, update || events.isOn('n'));
    }
}
