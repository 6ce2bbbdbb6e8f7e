package io.kindred.cluster.core;

import io.kindred.cluster.message.Operation;
import io.kindred.cluster.message.Operation.KeyName;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * How a transcript writes read-modify-writes of several keys: {@code MOVE k1 k2 3} and {@code SUM k1 k2}; behind {@code more}
 * are keys that the function asks for, and the client has not named.
 */
final class TranscriptGroups {
    private static final String MORE = "more";

    private final TranscriptKeys keys;

    TranscriptGroups(TranscriptKeys keys) {
        this.keys = keys;
    }

    static boolean isOne(String command) {
        return command.equals("MOVE") || command.equals("SUM");
    }

    Operation operation(String command, TranscriptWords words) {
        List<byte[]> args = new ArrayList<>(List.of(command.getBytes(StandardCharsets.UTF_8)));
        List<KeyName> named = new ArrayList<>();
        boolean isNamed = true;
        while (words.startsWithKey()) {
            if (words.takes(MORE)) {
                isNamed = false;
                continue;
            }
            String word = words.next();
            boolean isAmount = command.equals("MOVE") && args.size() == 3;
            byte[] arg = isAmount ? word.getBytes(StandardCharsets.UTF_8) : keys.ofClient(word);
            args.add(arg);
            if (isNamed && !isAmount) {
                named.add(new KeyName(0, arg));
            }
        }
        return new Operation.GroupUpdate(named, args.toArray(new byte[0][]));
    }

    String text(Operation.GroupUpdate group) {
        List<String> words = new ArrayList<>();
        for (byte[] arg : group.args()) {
            words.add(keys.nameOfClient(arg));
        }
        return String.join(" ", words);
    }
}
