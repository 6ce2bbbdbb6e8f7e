package io.kindred.main;

import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the program was started with: {@code [file] [--directive value ...]}.
 *
 * @param file null: none
 * @param directives the words behind the file; of HELP the directive that it is about, if any
 */
record CommandLine(Wish wish, @Nullable String file, List<String> directives) {
    private static final int INCLUDES_MAX = 16;

    enum Wish {
        RUN,
        VERSION,
        /** Of one directive where one is named. */
        HELP,
        /** {@link ManualText#conf}. */
        PRINT_CONF,
        /** {@link ManualText#page}. */
        PRINT_CONFIGURATION
    }

    static CommandLine of(String[] args) {
        List<String> all = List.of(args);
        Wish wish = all.isEmpty() ? Wish.RUN : wish(all.get(0));
        if (wish != Wish.RUN && all.size() <= (wish == Wish.HELP ? 2 : 1)) {
            return new CommandLine(wish, null, all.subList(1, all.size()));
        }
        boolean hasFile = !all.isEmpty() && !all.get(0).startsWith("--");
        return new CommandLine(Wish.RUN, hasFile ? all.get(0) : null, hasFile ? all.subList(1, all.size()) : all);
    }

    private static Wish wish(String word) {
        return switch (word) {
            case "--version", "-v" -> Wish.VERSION;
            case "--help", "-h" -> Wish.HELP;
            case "--print-conf" -> Wish.PRINT_CONF;
            case "--print-configuration" -> Wish.PRINT_CONFIGURATION;
            default -> Wish.RUN;
        };
    }

    /** The file's directives, then the command line's, which count more. */
    ServerConfig config() throws ConfigRefused {
        List<ConfigLine> lines = new ArrayList<>();
        if (file != null) {
            addFile(file, "Reading the configuration file", lines, 0);
        }
        lines.addAll(ConfigLine.ofCommandLine(directives));
        return ServerConfig.of(lines);
    }

    /** A line `include` stands for the lines of another file. */
    private static void addFile(String file, String reading, List<ConfigLine> lines, int depth) throws ConfigRefused {
        if (depth > INCLUDES_MAX) {
            throw ConfigRefused.unreadable(file, "it is included by itself, or more than " + INCLUDES_MAX + " deep");
        }
        for (ConfigLine line : ConfigLine.ofFile(read(file), reading)) {
            List<String> words = line.words();
            if (words != null && words.size() == 2 && words.get(0).equalsIgnoreCase("include")) {
                String included = words.get(1);
                addFile(included, "Reading the configuration file '" + included + "'", lines, depth + 1);
            } else {
                lines.add(line);
            }
        }
    }

    private static String read(String file) throws ConfigRefused {
        try {
            return Files.readString(Path.of(file), StandardCharsets.UTF_8);
        } catch (NoSuchFileException e) {
            throw ConfigRefused.unreadable(file, "there is no such file");
        } catch (AccessDeniedException e) {
            throw ConfigRefused.unreadable(file, "permission denied");
        } catch (MalformedInputException e) {
            throw ConfigRefused.unreadable(file, "it is not UTF-8 text");
        } catch (IOException e) {
            throw ConfigRefused.unreadable(file, String.valueOf(e.getMessage()));
        }
    }
}
