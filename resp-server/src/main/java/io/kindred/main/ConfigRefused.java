package io.kindred.main;

import java.util.List;

/** The configuration cannot be used; the message is for the one who wrote it, and has several lines. */
final class ConfigRefused extends Exception {
    private static final long serialVersionUID = 1;

    private ConfigRefused(String message) {
        super(message);
    }

    /**
     * All that is wrong.
     *
     * @param problems each as {@link #problem} gives it, or a sentence about lines that do not go together
     */
    static ConfigRefused of(List<String> problems) {
        return new ConfigRefused(head() + String.join("\n", problems));
    }

    static String problem(ConfigLine line, String what) {
        return line.place() + "\n>>> '" + line.text() + "'\n" + what;
    }

    static ConfigRefused unreadable(String file, String why) {
        return new ConfigRefused(head() + "cannot open config file '" + file + "': " + why);
    }

    private static String head() {
        return "*** FATAL CONFIG FILE ERROR (" + Version.NAME + ") ***\n";
    }
}
