package io.kindred.it;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/**
 * A set of words under one key that many clients grow without a lock, as the Dynamo paper's shopping cart: read the
 * siblings, merge them, add a word, put with the context that was read.
 */
final class SharedSet {
    private SharedSet() {}

    /** One round, with R and W as given; throws what the server answers if the put is not acknowledged. */
    static void add(RespConnection node, String key, String word, int quorum) {
        List<?> seen = node.list("KIN.GET", key, "R", quorum);
        Set<String> merged = words(seen.get(1));
        merged.add(word);
        String context = String.valueOf(RespConnection.asText(seen.get(0)));
        node.call("KIN.PUT", key, context, String.join(",", merged), "W", quorum);
    }

    /** The words of all siblings, as KIN.GET's second element has them. */
    static Set<String> words(Object siblings) {
        Set<String> words = new TreeSet<>();
        for (String sibling : RespConnection.asTexts(siblings)) {
            words.addAll(Arrays.asList(Objects.requireNonNull(sibling).split(",", -1)));
        }
        words.remove("");
        return words;
    }
}
