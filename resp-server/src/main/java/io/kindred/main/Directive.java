package io.kindred.main;

/**
 * One directive.
 *
 * @param byDefault in canonical form; empty may mean that another directive decides
 * @param why of one that cannot be chosen: the reason, or what to use instead; else empty
 */
record Directive(String name, String byDefault, ValueForm form, Change change, String why) {
    /** Who may change it. */
    enum Change {
        /** CONFIG SET, at run time. */
        RUNNING,
        /** The file or the command line only. */
        START,
        /** Redis has it. Anybody: CONFIG GET shows what was given, and nothing looks at it. */
        WITHOUT_MEANING,
        /** Nobody: a file that says something else is taken even so, CONFIG SET is not. */
        FIXED,
        /** Nobody: a file that says something else is refused. */
        REFUSED
    }

    /** What is wrong with wanting another value of it. */
    String fixed() {
        return "'" + name + "' is always '" + byDefault + "' here: " + why;
    }
}
