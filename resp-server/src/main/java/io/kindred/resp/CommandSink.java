package io.kindred.resp;

/** Takes decoded commands, one after the other. */
@FunctionalInterface
public interface CommandSink {
    /** The first {@code count} commands are going to be given next, unless it stops; shared, not to be changed. */
    default void foresee(byte[][][] commands, int count) {}

    /**
     * @param args at least one; handed over
     * @return whether to go on; false leaves what follows in the buffer
     */
    boolean accept(byte[][] args);
}
