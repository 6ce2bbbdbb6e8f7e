package io.kindred.cluster.quorum;

import io.kindred.cluster.version.Dot;
import io.kindred.cluster.version.Sibling;
import io.kindred.cluster.version.Versions;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Settles what was in flight and has been refused, by what a round has found: {@link Settlement} says what came of it. */
final class Settler {
    private final Coordination node;
    private final UpdateRounds rounds;
    private final UnrunUpdates unrun;
    private final UpdateStep.Found found;

    Settler(Coordination node, UpdateRounds rounds, UnrunUpdates unrun, UpdateStep.Found found) {
        this.node = node;
        this.rounds = rounds;
        this.unrun = unrun;
        this.found = found;
    }

    /**
     * Starts what is to be written again, or confirmed, and tells the clients of which nobody can say what came of it.
     *
     * @param refused in line order
     * @param answers what replicas hold of the key; null: unknown
     * @param isOwnKnown whether what is stored here is among what was found
     * @return what has taken no effect and runs again, in line order
     */
    List<UpdateStep.Update> settle(List<UpdateStep> refused, @Nullable Versions[] answers, boolean isOwnKnown) {
        List<Dot> dots = new ArrayList<>();
        List<UpdateStep> stored = new ArrayList<>();
        for (UpdateStep step : refused) {
            Dot dot = step.dot();
            if (dot != null) {
                dots.add(dot);
                stored.add(step);
            }
        }
        Settlement settlement = Settlement.of(dots, answers, found.read());
        List<UpdateStep> covered = stored.subList(0, settlement.covered());
        List<UpdateStep> unclear = stored.subList(settlement.covered(), settlement.unclear());
        List<UpdateStep> left = settlement.counts() ? List.of() : stored.subList(settlement.unclear(), stored.size());
        unclear.forEach(step -> unrun.giveUp(step.updates(), "another node may have run updates of the key upon it"));
        if (settlement.counts()) {
            writeAgain(stored);
        } else if (!covered.isEmpty() && covered.get(covered.size() - 1).isUnder(found.term())) {
            confirm(covered);
        } else {
            String why = "another node ran updates of the key before enough replicas had this one";
            covered.forEach(step -> unrun.giveUp(step.updates(), why));
        }
        if (!isOwnKnown) {
            // What is stored here alone may count all the same.
            left.forEach(step -> unrun.giveUp(step.updates(), "this node's own copy could not be read"));
        }
        List<UpdateStep.Update> again = new ArrayList<>();
        for (UpdateStep step : refused) {
            boolean isStored = step.dot() != null;
            if (!isStored || (isOwnKnown && left.contains(step))) {
                step.updates().forEach(update -> again.add(update.again(node.clocks(), isStored)));
            }
        }
        return again;
    }

    /** All of their effects are in the last one's version. Who does not have the key any more gives no dot, nor has to. */
    private void writeAgain(List<UpdateStep> stored) {
        Dot counted = stored.get(stored.size() - 1).dot();
        for (Sibling sibling : found.read().siblings()) {
            if (sibling.dot().equals(counted) && found.route().serves()) {
                rounds.start(UpdateStep.again(node, rounds, found, sibling, runs(stored)));
            } else if (sibling.dot().equals(counted) && sibling.term().equals(found.term())) {
                confirm(stored);
            } else if (sibling.dot().equals(counted)) {
                stored.forEach(step -> unrun.giveUp(step.updates(), "other nodes have the key by now"));
            }
        }
    }

    private void confirm(List<UpdateStep> stored) {
        Dot last = stored.get(stored.size() - 1).dot();
        if (last != null) {
            rounds.start(UpdateStep.confirming(node, rounds, found, last, runs(stored)));
        }
    }

    private static List<UpdateStep.Run> runs(List<UpdateStep> stored) {
        List<UpdateStep.Run> runs = new ArrayList<>();
        stored.forEach(step -> runs.addAll(step.runs()));
        return runs;
    }
}
