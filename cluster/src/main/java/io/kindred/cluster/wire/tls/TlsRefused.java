package io.kindred.cluster.wire.tls;

import java.util.List;

/** Settings or files that no TLS context can be made of; all that is wrong with them, in words for the operator. */
public final class TlsRefused extends Exception {
    private static final long serialVersionUID = 1;

    private final transient List<String> problems;

    TlsRefused(List<String> problems) {
        super(String.join("; ", problems));
        this.problems = List.copyOf(problems);
    }

    public List<String> problems() {
        return problems;
    }
}
