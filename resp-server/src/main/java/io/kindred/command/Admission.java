package io.kindred.command;

/**
 * Whether the command that a connection is about to run may begin now. The connection decides: it knows what of its commands
 * is not answered yet, and what all clients together make the node hold.
 *
 * <p>Owned by: the connection's loop thread.
 */
public interface Admission {
    /** Where one command is run at a time and nothing is short. */
    Admission OPEN = new Admission() {
        @Override
        public boolean runAlone() {
            return true;
        }

        @Override
        public boolean mayWrite() {
            return true;
        }

        @Override
        public boolean mayRead() {
            return true;
        }

        @Override
        public boolean mayPass(boolean writes) {
            return true;
        }

        @Override
        public void started(CommandCalls calls) {}
    };

    /**
     * Asks that no other command of this connection runs beside the one that runs now.
     *
     * @return false: one before it is not answered yet, and it is not to be started; when all are, it is run again
     */
    boolean runAlone();

    /**
     * Asks to write.
     *
     * @return false: the storage is behind, and the command is not to be started; once it is not, it is run again
     */
    boolean mayWrite();

    /**
     * Asks to read something of which nobody knows how long it is.
     *
     * @return false: as many such replies are to come as there is room for, and the command is not to be started; when there
     *     is room, it is run again
     */
    boolean mayRead();

    /**
     * Asks whether CLIENT PAUSE lets it pass.
     *
     * @param writes whether it may change keys, or tell others something
     * @return false: the command is not to be started; when the pause is over, it is run again
     */
    boolean mayPass(boolean writes);

    /** The command that runs now is started: its answer is counted there. */
    void started(CommandCalls calls);
}
