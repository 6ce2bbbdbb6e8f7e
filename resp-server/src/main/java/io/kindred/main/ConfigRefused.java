package io.kindred.main;

/** The configuration cannot be used; the message is for the one who wrote it, and has several lines. */
final class ConfigRefused extends Exception {
    private static final long serialVersionUID = 1;

    private ConfigRefused(String message) {
        super(message);
    }

    static ConfigRefused at(ConfigLine line, String problem) {
        return new ConfigRefused(head() + line.place() + "\n>>> '" + line.text() + "'\n" + problem);
    }

    /** Lines that are each well-formed, but do not go together. */
    static ConfigRefused because(String problem) {
        return new ConfigRefused(head() + problem);
    }

    static ConfigRefused unreadable(String file, String why) {
        return new ConfigRefused(head() + "cannot open config file '" + file + "': " + why);
    }

    private static String head() {
        return "*** FATAL CONFIG FILE ERROR (" + Version.NAME + ") ***\n";
    }
}
