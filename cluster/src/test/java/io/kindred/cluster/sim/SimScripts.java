package io.kindred.cluster.sim;

import io.kindred.cluster.quorum.ScriptTexts;
import java.util.Map;
import java.util.TreeMap;

/** What a simulated node has in memory of scripts. Here they are called as one likes. */
final class SimScripts implements ScriptTexts {
    private final Map<String, byte[]> known = new TreeMap<>();

    void learn(String name, byte[] text) {
        known.put(name, text);
    }

    @Override
    public byte[] text(String name) {
        return known.getOrDefault(name, new byte[0]);
    }

    @Override
    public void forgetAll() {
        known.clear();
    }
}
