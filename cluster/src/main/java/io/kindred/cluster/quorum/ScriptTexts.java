package io.kindred.cluster.quorum;

/**
 * The scripts that this node knows. They are in memory alone, and what is asked of them is answered at once.
 *
 * <p>Owned by: any thread.
 */
public interface ScriptTexts {
    /** Knows none. */
    ScriptTexts NONE = new ScriptTexts() {
        @Override
        public byte[] text(String name) {
            return new byte[0];
        }

        @Override
        public void forgetAll() {}
    };

    /**
     * The text, not to be changed; empty: it is not known.
     *
     * @param name the SHA1 of its text, in lower-case hex
     */
    byte[] text(String name);

    void forgetAll();
}
