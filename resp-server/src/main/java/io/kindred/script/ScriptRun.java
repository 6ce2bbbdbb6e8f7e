package io.kindred.script;

/** What belongs to one run: its host, and the protocol in which the script wants the answers of its calls. */
final class ScriptRun {
    private final ScriptCalls calls;
    private int protocol = 2;

    ScriptRun(ScriptCalls calls) {
        this.calls = calls;
    }

    ScriptCalls calls() {
        return calls;
    }

    int protocol() {
        return protocol;
    }

    void setProtocol(int protocol) {
        this.protocol = protocol;
    }
}
