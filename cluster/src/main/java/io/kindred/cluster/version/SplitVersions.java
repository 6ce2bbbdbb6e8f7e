package io.kindred.cluster.version;

import java.util.ArrayList;
import java.util.List;

/**
 * A container as several smaller ones, whose join it is.
 *
 * <p>All but the last have some siblings and have seen nothing but them, so that they only add. The last has the rest of
 * the siblings and of what was seen: what was superseded goes when that which supersedes it is there. So whoever has
 * joined only some of them has lost nothing, and knows of nothing that it has not got.
 */
public final class SplitVersions {
    private SplitVersions() {}

    /** @param bytesMax of the siblings of one part, unless it has one sibling only; the last has most of the clock beside */
    public static List<Versions> of(Versions whole, long bytesMax) {
        List<Versions> parts = new ArrayList<>();
        List<Sibling> group = new ArrayList<>();
        VersionVector rest = whole.clock();
        VersionVector seen = VersionVector.EMPTY;
        long bytes = 0;
        for (Sibling sibling : whole.siblings()) {
            long more = VersionsCodec.sizeBytes(sibling);
            if (!group.isEmpty() && bytes + more > bytesMax) {
                parts.add(Versions.of(seen, List.copyOf(group)));
                for (Sibling gone : group) {
                    rest = rest.without(gone.dot());
                }
                group.clear();
                seen = VersionVector.EMPTY;
                bytes = 0;
            }
            group.add(sibling);
            seen = seen.with(sibling.dot(), sibling.stamp());
            bytes += more;
        }
        parts.add(parts.isEmpty() ? whole : Versions.of(rest, List.copyOf(group)));
        return parts;
    }
}
