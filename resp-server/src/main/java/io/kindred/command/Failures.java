package io.kindred.command;

import io.kindred.cluster.message.Outcome;
import io.kindred.cluster.message.Reply;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What failed outcomes are to a client. */
final class Failures {
    private Failures() {}

    /** Null: it did not fail. */
    static @Nullable Reply reply(Outcome outcome) {
        if (outcome instanceof Outcome.TryAgain failed) {
            return Reply.error("TRYAGAIN " + failed.why());
        }
        if (outcome instanceof Outcome.NoQuorum failed) {
            return Reply.error("NOQUORUM " + failed.what());
        }
        if (outcome instanceof Outcome.Refused failed) {
            return Reply.error(failed.error());
        }
        return null;
    }

    /**
     * The error of a command on several keys. It says that nothing was applied only if that is so: where one key was
     * written, or may have been, a client that simply tried again would write it twice.
     *
     * @param failures the failed outcomes, at least one
     * @param touched whether any key was written
     * @param attempted how many operations were sent
     */
    static Reply ofSeveral(List<Outcome> failures, boolean touched, int attempted) {
        Outcome worst = failures.get(0);
        for (Outcome failure : failures) {
            if (severity(failure) > severity(worst)) {
                worst = failure;
            }
        }
        Reply alone = reply(worst);
        if (alone == null) {
            throw new IllegalStateException("not a failure: " + worst);
        }
        if (!touched || worst instanceof Outcome.NoQuorum) {
            return alone;
        }
        String text = alone instanceof Reply.Error error ? error.text() : "";
        return Reply.error("NOQUORUM " + failures.size() + " of " + attempted
                + " keys were not written, others were; the first error: " + text);
    }

    private static int severity(Outcome outcome) {
        return outcome instanceof Outcome.NoQuorum ? 2 : outcome instanceof Outcome.Refused ? 1 : 0;
    }
}
