package io.kindred.main;

import io.kindred.resp.InlineArgs;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One directive as somebody wrote it.
 *
 * @param place where that was, for an error: {@code Reading the configuration file, at line 3}
 * @param text as it was written
 * @param words the directive's name and its arguments, quotes taken off; null: the quotes are not balanced
 */
record ConfigLine(String place, String text, @Nullable List<String> words) {

    /**
     * The lines of a file that are neither blank nor comments.
     *
     * @param reading how their place begins
     */
    static List<ConfigLine> ofFile(String fileText, String reading) {
        List<ConfigLine> lines = new ArrayList<>();
        int number = 0;
        for (String raw : fileText.split("\n", -1)) {
            number++;
            String text = raw.trim();
            if (!text.isEmpty() && !text.startsWith("#")) {
                lines.add(new ConfigLine(reading + ", at line " + number, text, split(text)));
            }
        }
        return lines;
    }

    /**
     * Each argument that begins with two dashes begins a directive, and those behind it are its values. What stands
     * right behind a name is a value even so, unless it is a directive's name: a password may begin with dashes.
     */
    static List<ConfigLine> ofCommandLine(List<String> args) {
        List<ConfigLine> lines = new ArrayList<>();
        List<String> words = new ArrayList<>();
        for (String arg : args) {
            if (arg.startsWith("--") && (words.size() != 1 || Directives.named(arg.substring(2)) != null)) {
                addCommand(lines, words);
                words = new ArrayList<>();
                words.add(arg.substring(2));
            } else {
                words.add(arg);
            }
        }
        addCommand(lines, words);
        return lines;
    }

    private static void addCommand(List<ConfigLine> lines, List<String> words) {
        if (!words.isEmpty()) {
            lines.add(new ConfigLine("Reading the command line", "--" + String.join(" ", words), List.copyOf(words)));
        }
    }

    private static @Nullable List<String> split(String text) {
        byte[] line = text.getBytes(StandardCharsets.UTF_8);
        byte[][] args = InlineArgs.split(line, 0, line.length);
        if (args == null) {
            return null;
        }
        List<String> words = new ArrayList<>();
        for (byte[] arg : args) {
            words.add(new String(arg, StandardCharsets.UTF_8));
        }
        return words;
    }
}
