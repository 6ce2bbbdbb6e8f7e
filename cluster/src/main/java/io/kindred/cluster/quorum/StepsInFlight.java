package io.kindred.cluster.quorum;

import io.kindred.cluster.version.Dot;
import io.kindred.cluster.version.Sibling;
import io.kindred.cluster.version.Term;
import io.kindred.cluster.version.Versions;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The steps of one key's {@link UpdateRounds} that have begun and whose clients have not been told, in line order. */
final class StepsInFlight {
    private final ArrayDeque<UpdateStep> steps = new ArrayDeque<>(2);
    /** The newest that has made a version. */
    private @Nullable UpdateStep newest;

    boolean isEmpty() {
        return steps.isEmpty();
    }

    void add(UpdateStep step) {
        steps.add(step);
    }

    /** The step that has made the newest version here; it may have ended by now. */
    @Nullable
    UpdateStep newest() {
        return newest;
    }

    void made(UpdateStep step) {
        newest = step;
    }

    /**
     * Whether what is in flight is of a term that this node has lost since: others may have run updates meanwhile that have
     * covered it without having seen what it did, and what is built on theirs does not acknowledge it.
     */
    boolean isOfFormerTerm(Term term) {
        UpdateStep last = newest;
        return last != null
                && !term.isNone()
                && last.isInFlight()
                && last.isExact()
                && last.dot() != null
                && !last.isUnder(term);
    }

    /** Whether a replica holds something that it would refuse what is in flight for. */
    boolean isSeenMoreBy(@Nullable Versions[] answers, Term term) {
        UpdateStep last = newest;
        Dot dot = last == null || !last.isInFlight() ? null : last.dot();
        if (last == null || dot == null || term.isNone()) {
            return false;
        }
        for (Versions answer : answers) {
            // Who has it no more has seen something that was made upon it; who has it may have been brought something
            // beside it.
            if (answer == null || (answer.clock().covers(dot) && !answer.hasLive(dot))) {
                continue;
            }
            for (Sibling sibling : answer.siblings()) {
                if (!last.covers().covers(sibling.dot())) {
                    return true;
                }
            }
        }
        return false;
    }

    /** All that have not ended, which are cancelled: they are to be settled. */
    List<UpdateStep> takeAll() {
        List<UpdateStep> taken = new ArrayList<>();
        for (UpdateStep step : steps) {
            if (!step.isDone()) {
                step.cancel();
                taken.add(step);
            }
        }
        steps.clear();
        return taken;
    }

    /** A step's version is where it has to be, and with it what it was made upon. */
    void acknowledged(UpdateStep step) {
        if (step.dot() == null || steps.peek() == step) {
            return;
        }
        for (UpdateStep before : List.copyOf(steps)) {
            if (before == step) {
                return;
            }
            before.enoughBy(step);
        }
    }

    void forgetEnded() {
        while (!steps.isEmpty() && steps.element().isDone()) {
            steps.remove();
        }
        if (steps.size() > 1) {
            // One that waits for more replicas than those behind it does not keep these.
            steps.removeIf(UpdateStep::isDone);
        }
    }
}
