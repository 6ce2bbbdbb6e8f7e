package io.kindred.resp;

/** Takes decoded commands, one after the other. */
@FunctionalInterface
public interface CommandSink {
    /**
     * @param args at least one; handed over
     * @return whether to go on; false leaves what follows in the buffer
     */
    boolean accept(byte[][] args);
}
