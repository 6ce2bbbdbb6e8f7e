package io.kindred.cluster.wire;

import io.kindred.cluster.membership.ChangeRecord;

/** The wire's numbers for the kinds of change: not the ordinals, so that the enum may be reordered. */
final class ChangeKinds {

    private ChangeKinds() {}

    static int code(ChangeRecord.Kind kind) {
        return switch (kind) {
            case JOIN -> 1;
            case LEAVE -> 2;
            case REPLACE -> 3;
            case FORGET -> 4;
            case WEIGHT -> 5;
        };
    }

    static ChangeRecord.Kind kind(int code) throws CorruptFrame {
        return switch (code) {
            case 1 -> ChangeRecord.Kind.JOIN;
            case 2 -> ChangeRecord.Kind.LEAVE;
            case 3 -> ChangeRecord.Kind.REPLACE;
            case 4 -> ChangeRecord.Kind.FORGET;
            case 5 -> ChangeRecord.Kind.WEIGHT;
            default -> throw new CorruptFrame("unknown kind of change " + code);
        };
    }
}
