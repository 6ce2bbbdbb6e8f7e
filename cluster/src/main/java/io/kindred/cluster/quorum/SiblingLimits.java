package io.kindred.cluster.quorum;

import io.kindred.cluster.message.SizeLimits;
import io.kindred.cluster.version.Sibling;
import io.kindred.cluster.version.VersionVector;
import io.kindred.cluster.version.Versions;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * What a write with a context may leave beside it: so many siblings, and so many bytes that a message has room for the
 * container. A write that supersedes all is never refused, nor one that leaves less than there was.
 */
final class SiblingLimits {
    static final String TOO_MANY =
            "ERR the key has max-siblings concurrent values; read them with KIN.GET and write their merge with KIN.PUT";
    static final String TOO_LARGE = "ERR the key's concurrent values would take more than "
            + SizeLimits.CONTAINER_BYTES_MAX
            + " bytes; read them with KIN.GET and write their merge with KIN.PUT, or overwrite them with SET";
    static final String UNREADABLE =
            "ERR the key's concurrent values take more than a message between nodes has room for;"
                    + " overwrite them with SET";

    /** With its dot in the clock. */
    private static final int SIBLING_BYTES = 48;

    private SiblingLimits() {}

    /**
     * Why a write is refused; null: it is not.
     *
     * @param lengthBytes how long a sibling's value is
     */
    static @Nullable String refusal(
            QuorumSettings settings,
            Versions held,
            VersionVector context,
            byte @Nullable [] written,
            ToLongFunction<Sibling> lengthBytes) {
        int beside = 0;
        long bytesBeside = 0;
        long bytesHeld = 0;
        for (Sibling sibling : held.siblings()) {
            if (sibling.isTombstone()) {
                continue;
            }
            long bytes = SIBLING_BYTES + lengthBytes.applyAsLong(sibling);
            bytesHeld += bytes;
            if (!context.covers(sibling.dot())) {
                beside++;
                bytesBeside += bytes;
            }
        }
        if (beside >= settings.siblingsMax()) {
            return TOO_MANY;
        }
        long bytesAfter = bytesBeside + SIBLING_BYTES + (written == null ? 0 : written.length);
        boolean isTooLarge = beside > 0 && bytesAfter > SizeLimits.CONTAINER_BYTES_MAX && bytesAfter > bytesHeld;
        return isTooLarge ? TOO_LARGE : null;
    }

    static long lengthBytes(Sibling sibling) {
        byte[] value = sibling.value();
        return value == null ? 0 : value.length;
    }
}
