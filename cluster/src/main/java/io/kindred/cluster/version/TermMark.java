package io.kindred.cluster.version;

/**
 * What a version says of how it was made, beside its dot: an update under a term, or anything else ({@link #NONE}: a plain
 * write, or an update for which too few of the key's own replicas were there). The term's node is that of the dot: only its
 * holder makes versions under it.
 *
 * @param number of the term; 0: none
 * @param datacenter whose terms these are, for each has its own; 0: that without a name
 * @param baseStamp the greatest stamp of the plain writes that this version, and what it was built on, have covered. A plain
 *     write stamped above it that lives beside this version was not seen by it; one below had lost already
 */
public record TermMark(long number, long datacenter, long baseStamp) {
    public static final TermMark NONE = new TermMark(0, 0, 0);

    public TermMark {
        boolean isNone = number == 0;
        if (number < 0
                || number > Term.NUMBER_MAX
                || baseStamp < 0
                || (isNone && (datacenter != 0 || baseStamp != 0))) {
            throw new IllegalArgumentException("a version of term " + number + " on a base of " + baseStamp);
        }
    }

    public boolean isNone() {
        return number == 0;
    }
}
