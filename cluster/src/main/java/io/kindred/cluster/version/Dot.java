package io.kindred.cluster.version;

/** The name of one write of one key: the counter-th that {@code actor} coordinated there. Counters start at 1. */
public record Dot(Actor actor, long counter) implements Comparable<Dot> {

    public Dot {
        if (counter < 1) {
            throw new IllegalArgumentException("a dot's counter starts at 1: " + counter);
        }
    }

    @Override
    public int compareTo(Dot other) {
        int byActor = actor.compareTo(other.actor);
        return byActor != 0 ? byActor : Long.compare(counter, other.counter);
    }

    @Override
    public String toString() {
        return actor + ":" + counter;
    }
}
