package io.kindred.autoscale;

/**
 * What to do now, and why.
 *
 * @param node which node is to be removed; empty for any other action
 */
public record Decision(Action action, String node, String why) {
    /** One change at a time, or none. */
    public enum Action {
        STAY,
        ADD,
        REMOVE
    }

    static Decision stay(String why) {
        return new Decision(Action.STAY, "", why);
    }

    static Decision add(String why) {
        return new Decision(Action.ADD, "", why);
    }

    static Decision remove(String node, String why) {
        return new Decision(Action.REMOVE, node, why);
    }
}
