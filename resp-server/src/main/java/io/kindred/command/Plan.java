package io.kindred.command;

import io.kindred.cluster.message.Operation;
import io.kindred.cluster.message.Outcome;
import io.kindred.cluster.message.Reply;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** What a command on several keys does next. */
public sealed interface Plan {
    record Done(Reply reply) implements Plan {}

    /**
     * Runs the operations, in no set order and beside each other, then goes on.
     *
     * @param next is given the outcomes in the order of the operations, none of them a failure
     */
    record Run(List<Operation> operations, Function<List<Outcome>, Plan> next) implements Plan {}

    /** As {@link Run}, for the last step: nothing is sent after these operations. */
    record Last(List<Operation> operations, Function<List<Outcome>, Reply> reply) implements Plan {}

    /** A get of each argument from {@code first} on. */
    static List<Operation> gets(byte[][] args, int db, int first) {
        List<Operation> gets = new ArrayList<>(args.length - first);
        for (int i = first; i < args.length; i++) {
            gets.add(new Operation.Get(db, args[i]));
        }
        return gets;
    }

    static Plan refuse(String error) {
        return new Done(Reply.error(error));
    }
}
