package io.kindred.main;

/**
 * One directive.
 *
 * @param byDefault in canonical form; empty may mean that another directive decides
 */
record Directive(String name, String byDefault, ValueForm form, Change change) {
    /** Who may change it. */
    enum Change {
        /** CONFIG SET, at run time. */
        RUNNING,
        /** The file or the command line only. */
        START,
        /** The file or the command line; nothing of this version looks at it yet. */
        START_UNUSED,
        /** Nobody: CONFIG GET tells clients how this server is made. */
        NEVER
    }
}
