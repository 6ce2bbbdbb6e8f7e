package io.kindred.cluster.node;

import io.kindred.cluster.core.ClusterAnswer;

/** Takes the answer to a question: once, on the loop's thread, perhaps before the call that asked returns. */
@FunctionalInterface
public interface AnswerCallback {
    void done(ClusterAnswer answer);
}
