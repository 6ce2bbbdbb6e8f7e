package io.kindred.main;

import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** {@code datacenter:replicas,...}. */
final class ReplicationForm implements ValueForm {
    private final int replicasMax;

    ReplicationForm(int replicasMax) {
        this.replicasMax = replicasMax;
    }

    @Override
    public @Nullable String problem(String value) {
        for (String word : value.split("[,\\s]+", -1)) {
            int colon = word.lastIndexOf(':');
            Long replicas = ValueForms.parsedLong(word.substring(colon + 1));
            boolean isGood = colon > 0 && replicas != null && replicas >= 1 && replicas <= replicasMax;
            if (!word.isEmpty() && !isGood) {
                return "'" + word + "' is not datacenter:replicas, with 1 to " + replicasMax + " replicas";
            }
        }
        return null;
    }

    @Override
    public boolean severalWords() {
        return true;
    }

    /** In the order of the names, so that nodes that were told the same in another order agree. */
    @Override
    public String values() {
        return "datacenter:replicas, one or more, with commas between them";
    }

    @Override
    public String canonical(String value) {
        StringBuilder text = new StringBuilder();
        parse(value)
                .forEach((name, replicas) -> text.append(text.isEmpty() ? "" : ",")
                        .append(name)
                        .append(':')
                        .append(replicas));
        return text.toString();
    }

    /** Requires: no problem. */
    static SortedMap<String, Integer> parse(String value) {
        SortedMap<String, Integer> named = new TreeMap<>();
        for (String word : value.split("[,\\s]+", -1)) {
            int colon = word.lastIndexOf(':');
            if (colon > 0) {
                named.put(word.substring(0, colon), Integer.parseInt(word.substring(colon + 1)));
            }
        }
        return named;
    }
}
