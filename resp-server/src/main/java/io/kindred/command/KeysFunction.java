package io.kindred.command;

import io.kindred.cluster.message.Reply;
import org.jspecify.annotations.Nullable;

/**
 * A command as a function of the values that its keys have: how transactions and scripts run it, at the node that coordinates
 * the keys. It knows nothing of where they live, and gives the same for the same on every node.
 */
@FunctionalInterface
interface KeysFunction {
    /**
     * @param args the command, name first; as many as its {@link CommandSpec} wants
     * @param keys what is read and written
     */
    Reply run(byte[][] args, KeyValues keys);

    /** What other nodes are sent in its place; null: nothing can run it. Most are sent as they are. */
    default byte @Nullable [] @Nullable [] asSent(byte[][] args) {
        return args;
    }
}
