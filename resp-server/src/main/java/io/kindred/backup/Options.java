package io.kindred.backup;

import io.kindred.client.Connection.Address;
import io.kindred.client.TlsOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * The command line.
 *
 * @param node the one that is asked, or restored to
 * @param parts directories with a manifest each
 */
record Options(
        Command command,
        Address node,
        String name,
        List<Path> parts,
        String password,
        TlsOptions tls,
        int connections) {
    enum Command {
        MAKE,
        VERIFY,
        RESTORE
    }

    static final String USAGE = """
            Usage: kindred-backup make --node HOST:PORT --name NAME
                   kindred-backup verify PART...
                   kindred-backup restore --to HOST:PORT PART...
            make     has every member of the cluster that this node is in make a backup in its backup-dir, at
                     <backup-dir>/NAME/<node>, and prints where each of them lies.
            verify   reads such directories and compares each file with its checksum.
            restore  verifies them, joins what they have of each key, and joins that into a running cluster of other nodes;
                     then reads every key there and compares it. It may be run again. Beside each part it needs room for a
                     copy of the part's log while it runs.
              --password TEXT     of the nodes (default: the environment's KINDRED_PASSWORD)
              --connections 16    over which records are sent
            """ + TlsOptions.USAGE.indent(2) + """
            Exit codes: 0 all is done and equal; 1 a part is missing or damaged, or a record could not be restored or is not
            equal; 2 the command line makes no sense; 3 a node or a file cannot be reached.""";

    private static final int CONNECTIONS_MAX = 256;

    /** Throws IllegalArgumentException, with a message for the user, for what is not understood. */
    static Options of(String[] arguments, String environmentPassword) {
        if (arguments.length == 0) {
            throw new IllegalArgumentException("make, verify or restore?");
        }
        Command command = switch (arguments[0]) {
            case "make" -> Command.MAKE;
            case "verify" -> Command.VERIFY;
            case "restore" -> Command.RESTORE;
            default -> throw new IllegalArgumentException("make, verify or restore, not " + arguments[0]);
        };
        String node = "";
        String name = "";
        String password = environmentPassword;
        int connections = 16;
        List<Path> parts = new ArrayList<>();
        TlsOptions tls = TlsOptions.OFF;
        Iterator<String> words = List.of(arguments).subList(1, arguments.length).iterator();
        while (words.hasNext()) {
            String word = words.next();
            if (!word.startsWith("--")) {
                parts.add(Path.of(word).toAbsolutePath());
                continue;
            }
            if (TlsOptions.isOne(word)) {
                tls = tls.with(word, words);
                continue;
            }
            if (!words.hasNext()) {
                throw new IllegalArgumentException(word + " needs a value");
            }
            switch (word) {
                case "--node", "--to" -> node = words.next();
                case "--name" -> name = words.next();
                case "--password" -> password = words.next();
                case "--connections" -> connections = count(words.next());
                default -> throw new IllegalArgumentException("unknown option " + word);
            }
        }
        require(command == Command.VERIFY || !node.isEmpty(), command == Command.MAKE ? "--node" : "--to");
        require(command != Command.MAKE || !name.isEmpty(), "--name");
        require(command == Command.MAKE || !parts.isEmpty(), "a part's directory");
        if (command == Command.MAKE && !parts.isEmpty()) {
            throw new IllegalArgumentException("make takes no directories: nodes have their backup-dir");
        }
        Address address = node.isEmpty() ? new Address("", 0) : Address.of(node);
        return new Options(command, address, name, List.copyOf(parts), password, tls.checked(), connections);
    }

    private static void require(boolean isThere, String what) {
        if (!isThere) {
            throw new IllegalArgumentException(what + " is missing");
        }
    }

    private static int count(String text) {
        try {
            int count = Integer.parseInt(text);
            if (count >= 1 && count <= CONNECTIONS_MAX) {
                return count;
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("not a number: " + text, e);
        }
        throw new IllegalArgumentException("--connections is 1 to " + CONNECTIONS_MAX);
    }
}
