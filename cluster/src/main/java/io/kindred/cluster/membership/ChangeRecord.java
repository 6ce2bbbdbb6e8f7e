package io.kindred.cluster.membership;

/**
 * One decision about who owns the ring, gossiped to everyone and never changed.
 *
 * <p>Records are folded in their order: by stamp (of the author's hybrid clock), then author, then subject. An
 * author's stamps rise, so two records do not tie in all three; should they, the rest decides.
 *
 * @param author id of the node that decided
 * @param subject id of the node that it is about
 * @param weight the subject's share, relative to the others'; more than 0. Counts in JOIN, REPLACE and WEIGHT
 * @param zone the subject's, empty for none. Counts in JOIN and REPLACE
 * @param datacenter the subject's, empty for none. Counts in JOIN and REPLACE
 * @param other id of the node whose place the subject takes in a REPLACE; 0 otherwise
 */
public record ChangeRecord(
        Kind kind, long author, long stamp, long subject, double weight, String zone, String datacenter, long other)
        implements Comparable<ChangeRecord> {

    /** What happens to the subject. */
    public enum Kind {
        /** It takes its share. */
        JOIN,
        /** It gives its share away, and hands it over itself. */
        LEAVE,
        /** It takes the place of another, which is gone: a rename. */
        REPLACE,
        /** It is gone for good; its share is rebuilt from the replicas. */
        FORGET,
        /** Its share grows or shrinks. */
        WEIGHT
    }

    public ChangeRecord {
        if (!(weight > 0) || Double.isInfinite(weight)) {
            throw new IllegalArgumentException("a weight is a finite number above 0: " + weight);
        }
    }

    /** Where a node stands: its zone and datacenter, each empty for none. */
    public record Site(String zone, String datacenter) {
        public static final Site NONE = new Site("", "");
    }

    public static ChangeRecord join(long author, long stamp, long subject, double weight, Site site) {
        return new ChangeRecord(Kind.JOIN, author, stamp, subject, weight, site.zone(), site.datacenter(), 0);
    }

    public static ChangeRecord leave(long author, long stamp, long subject) {
        return new ChangeRecord(Kind.LEAVE, author, stamp, subject, 1, "", "", 0);
    }

    public static ChangeRecord forget(long author, long stamp, long subject) {
        return new ChangeRecord(Kind.FORGET, author, stamp, subject, 1, "", "", 0);
    }

    public static ChangeRecord weight(long author, long stamp, long subject, double weight) {
        return new ChangeRecord(Kind.WEIGHT, author, stamp, subject, weight, "", "", 0);
    }

    /** This JOIN turned into a replacement of {@code other}, decided at {@code stamp}. */
    public ChangeRecord replacing(long other, long stamp) {
        return new ChangeRecord(Kind.REPLACE, author, stamp, subject, weight, zone, datacenter, other);
    }

    @Override
    public int compareTo(ChangeRecord that) {
        int order = Long.compare(stamp, that.stamp);
        if (order == 0) {
            order = Long.compareUnsigned(author, that.author);
        }
        if (order == 0) {
            order = Long.compareUnsigned(subject, that.subject);
        }
        return order != 0 ? order : compareRest(that);
    }

    /** Only to be total: were two records to tie in all that matters, every node would still fold the same way. */
    private int compareRest(ChangeRecord that) {
        int order = kind.compareTo(that.kind);
        if (order == 0) {
            order = Long.compareUnsigned(other, that.other);
        }
        if (order == 0) {
            order = Double.compare(weight, that.weight);
        }
        if (order == 0) {
            order = zone.compareTo(that.zone);
        }
        return order != 0 ? order : datacenter.compareTo(that.datacenter);
    }
}
