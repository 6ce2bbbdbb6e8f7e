package io.kindred.cluster.wire;

import io.kindred.cluster.message.Message.Verdict;

/** The wire's numbers for verdicts: not the ordinals, so that the enum may be reordered. */
final class Verdicts {

    private Verdicts() {}

    static int code(Verdict verdict) {
        return switch (verdict) {
            case OK -> 0;
            case NOT_MINE -> 1;
            case FAILED -> 2;
            case FULL -> 3;
            case TOO_MANY_SIBLINGS -> 4;
            case HINTS_FULL -> 5;
            case UNREADABLE -> 6;
            case OVERLOADED -> 7;
            case DAMAGED -> 8;
            case OLD_TERM -> 9;
            case UNCOVERED -> 10;
            case OLD_RING -> 11;
            case UNCOUNTED -> 12;
        };
    }

    static Verdict read(FrameReader in) throws CorruptFrame {
        int code = in.readByte("verdict");
        return switch (code) {
            case 0 -> Verdict.OK;
            case 1 -> Verdict.NOT_MINE;
            case 2 -> Verdict.FAILED;
            case 3 -> Verdict.FULL;
            case 4 -> Verdict.TOO_MANY_SIBLINGS;
            case 5 -> Verdict.HINTS_FULL;
            case 6 -> Verdict.UNREADABLE;
            case 7 -> Verdict.OVERLOADED;
            case 8 -> Verdict.DAMAGED;
            case 9 -> Verdict.OLD_TERM;
            case 10 -> Verdict.UNCOVERED;
            case 11 -> Verdict.OLD_RING;
            case 12 -> Verdict.UNCOUNTED;
            default -> throw new CorruptFrame("unknown verdict " + code);
        };
    }
}
