package io.kindred.engine;

import java.util.List;

/**
 * Takes commits to the log in order. One implementation writes on the owner thread, one on a thread of its own.
 *
 * <p>Owned by: the engine's owner thread, which is also where {@link Outcome} is called.
 */
interface LogAppender {
    /** What became of the commits; calls come in the order of the commits and rotations that they answer. */
    interface Outcome {
        /** The oldest `commits` that were not yet answered are as durable as the policy says. */
        void appended(int commits);

        /**
         * The oldest commit not yet answered and all after it are lost. Those after it are not answered again.
         */
        void failed(EngineFailure failure);

        /** A rotation is done: everything before it is in segments up to `segment`, everything later will not be. */
        void rotated(long segment);

        /** Bytes that were already acknowledged could not be made durable; only a flush can now. */
        void syncFailed(EngineFailure failure);
    }

    void append(LogBatch batch);

    /** Where those end that have been answered {@link Outcome#appended}. */
    LogEnd acknowledged();

    /** Makes what was appended by now durable, whatever the policy. `done` runs on the owner thread, in this call or later. */
    void sync(CommitCallback done);

    /** Answers {@link Outcome#rotated}; what is appended from now on goes to a new segment. */
    void rotate();

    /** The owner has taken back everything that had failed: what it appends from now on is meant to be written. */
    void resume();

    /** Makes everything durable and stops; the answers that are still due are given before this returns. */
    Closed close();

    /** How the log was left: where it ends, and why it is not durable up to there, if it is not. */
    record Closed(LogEnd end, List<EngineFailure> failures) {}
}
