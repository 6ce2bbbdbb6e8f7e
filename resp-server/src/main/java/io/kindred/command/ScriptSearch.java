package io.kindred.command;

import io.kindred.cluster.keyspace.ScriptCore;
import io.kindred.script.Script;
import io.kindred.script.ScriptCache;
import io.kindred.script.ScriptRefused;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Asks the other nodes for scripts that this one does not know, and keeps what it gets, as it keeps those of EVAL. Whoever wants
 * one that is being asked for waits for that answer: a node that starts anew does not have its scripts sent to it once for each
 * command of a pipeline.
 *
 * <p>Owned by: the loop thread.
 */
final class ScriptSearch {
    private static final System.Logger LOG = System.getLogger(ScriptSearch.class.getName());
    /** More would push each other out of the cache. */
    private static final int NAMES_MAX = Math.min(ScriptCore.NAMES_MAX, ScriptCache.EVAL_SCRIPTS_MAX);

    private final ScriptCache scripts;
    /** By name that is asked for, who waits for it. */
    private final Map<String, List<Wait>> asked = new HashMap<>();

    ScriptSearch(ScriptCache scripts) {
        this.scripts = scripts;
    }

    ScriptCache scripts() {
        return scripts;
    }

    /** Goes on when all its names are answered for. */
    private static final class Wait {
        private final Runnable then;
        private int missing;

        Wait(int missing, Runnable then) {
            this.missing = missing;
            this.then = then;
        }

        void answered() {
            if (--missing == 0) {
                then.run();
            }
        }
    }

    /**
     * Calls {@code then} when it is known here what of these can be known: at once, where all are.
     *
     * @param names in lower case; past {@link #NAMES_MAX} that are unknown, no more are asked for
     */
    void find(List<String> names, ServerView server, Runnable then) {
        Set<String> unknown = new LinkedHashSet<>();
        for (String name : names) {
            if (unknown.size() < NAMES_MAX && isName(name) && !scripts.contains(name)) {
                unknown.add(name);
            }
        }
        if (unknown.isEmpty() || !server.cluster().isOpen() || server.keys().isAlone()) {
            then.run();
            return;
        }
        Wait wait = new Wait(unknown.size(), then);
        Set<String> mine = new LinkedHashSet<>();
        for (String name : unknown) {
            asked.computeIfAbsent(name, first -> {
                        mine.add(first);
                        return new ArrayList<>(1);
                    })
                    .add(wait);
        }
        if (!mine.isEmpty()) {
            ask(mine, server);
        }
    }

    private void ask(Set<String> names, ServerView server) {
        server.cluster().findScripts(List.copyOf(names), new Answer<>() {
            @Override
            public void done(List<byte[]> texts) {
                texts.forEach(text -> keep(text, names));
                answered(names);
            }

            @Override
            public void failed(String error) {
                answered(names);
            }
        });
    }

    private void answered(Set<String> names) {
        List<Wait> waiting = new ArrayList<>();
        for (String name : names) {
            waiting.addAll(asked.getOrDefault(name, List.of()));
            asked.remove(name);
        }
        waiting.forEach(Wait::answered);
    }

    private static boolean isName(String name) {
        return name.length() == 40 && name.chars().allMatch(c -> c >= '0' && c <= '9' || c >= 'a' && c <= 'f');
    }

    private void keep(byte[] text, Set<String> names) {
        if (text.length == 0 || !names.contains(Script.sha1(text))) {
            return;
        }
        try {
            scripts.evaluate(text);
        } catch (ScriptRefused wrong) {
            LOG.log(System.Logger.Level.WARNING, "a script of another node does not compile: " + wrong.reply());
        }
    }
}
