package io.kindred.command;

import io.kindred.cluster.keyspace.ScriptCore;
import io.kindred.script.Script;
import io.kindred.script.ScriptCache;
import io.kindred.script.ScriptRefused;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Asks the other nodes for scripts that this one does not know, and keeps what it gets, as it keeps those of EVAL. */
record ScriptSearch(ScriptCache scripts) {
    private static final System.Logger LOG = System.getLogger(ScriptSearch.class.getName());

    /**
     * Calls {@code then} when it is known here what of these can be known: at once, where all are.
     *
     * @param names in lower case; past {@link ScriptCore#NAMES_MAX} that are unknown, no more are asked for
     */
    void find(List<String> names, ServerView server, Runnable then) {
        Set<String> unknown = new LinkedHashSet<>();
        for (String name : names) {
            if (unknown.size() < ScriptCore.NAMES_MAX && isName(name) && !scripts.contains(name)) {
                unknown.add(name);
            }
        }
        if (unknown.isEmpty() || !server.cluster().isOpen() || server.keys().isAlone()) {
            then.run();
            return;
        }
        server.cluster().findScripts(List.copyOf(unknown), new Answer<>() {
            @Override
            public void done(List<byte[]> texts) {
                texts.forEach(text -> keep(text, unknown));
                then.run();
            }

            @Override
            public void failed(String error) {
                then.run();
            }
        });
    }

    private static boolean isName(String name) {
        return name.length() == 40 && name.chars().allMatch(c -> c >= '0' && c <= '9' || c >= 'a' && c <= 'f');
    }

    private void keep(byte[] text, Set<String> asked) {
        if (text.length == 0 || !asked.contains(Script.sha1(text))) {
            return;
        }
        try {
            scripts.evaluate(text);
        } catch (ScriptRefused wrong) {
            LOG.log(System.Logger.Level.WARNING, "a script of another node does not compile: " + wrong.reply());
        }
    }
}
