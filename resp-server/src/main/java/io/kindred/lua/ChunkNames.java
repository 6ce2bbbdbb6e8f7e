package io.kindred.lua;

/** How a chunk's name is shown in errors: Lua 5.1's rule, at most 59 chars. */
final class ChunkNames {
    private static final int SHOWN_MAX = 60;

    private ChunkNames() {}

    static String shown(String source) {
        if (source.startsWith("=")) {
            return source.substring(1, Math.min(source.length(), SHOWN_MAX));
        }
        if (source.startsWith("@")) {
            String name = source.substring(1);
            int room = SHOWN_MAX - " '...' ".length() - 1;
            return name.length() > room ? "..." + name.substring(name.length() - room) : name;
        }
        int room = SHOWN_MAX - " [string \"...\"] ".length() - 1;
        int line = source.length();
        for (int i = 0; i < source.length(); i++) {
            if (source.charAt(i) == '\n' || source.charAt(i) == '\r') {
                line = i;
                break;
            }
        }
        int nul = source.indexOf('\0');
        String whole = nul < 0 ? source : source.substring(0, nul);
        int length = Math.min(Math.min(line, room), whole.length());
        boolean cut = length < whole.length();
        return "[string \"" + whole.substring(0, length) + (cut ? "..." : "") + "\"]";
    }
}
