package io.kindred.script;

import io.kindred.cluster.message.Reply;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The few commands that the test scripts call, answered as redis-server answers them. */
class FakeStore implements ScriptCalls {
    private static final Reply WRONG_TYPE =
            Reply.error("WRONGTYPE Operation against a key holding the wrong kind of value");
    private static final Set<String> FORBIDDEN = Set.of("eval", "multi", "subscribe");

    private final Map<String, String> strings = new TreeMap<>();
    private final Map<String, Map<String, String>> hashes = new TreeMap<>();
    private final Map<String, Map<String, Double>> scores = new TreeMap<>();
    private final Map<String, List<String>> lists = new TreeMap<>();
    final List<String> logged = new ArrayList<>();

    @Override
    public void log(int level, String line) {
        logged.add(level + " " + line);
    }

    @Override
    public Permission permission(byte[][] command) {
        return word(command, 0).equals("nope") ? Permission.UNKNOWN_COMMAND : Permission.GRANTED;
    }

    private static String word(byte[][] command, int index) {
        return new String(command[index], StandardCharsets.ISO_8859_1);
    }

    private static Reply bulk(String text) {
        return Reply.bulk(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    @Override
    public Reply call(byte[][] command) {
        String name = word(command, 0).toLowerCase(Locale.ROOT);
        if (FORBIDDEN.contains(name)) {
            return ScriptErrors.NOT_ALLOWED;
        }
        int least = least(name);
        if (least < 0) {
            return ScriptErrors.UNKNOWN_COMMAND;
        }
        if (command.length < least || (name.equals("get") || name.equals("echo")) && command.length != 2) {
            return ScriptErrors.WRONG_ARITY;
        }
        return name.equals("ping") ? new Reply.Simple("PONG") : answer(name, command);
    }

    private static int least(String name) {
        return switch (name) {
            case "ping" -> 1;
            case "get", "echo", "del", "incr", "hgetall", "smembers", "type" -> 2;
            case "set", "lpush", "rpush", "zscore" -> 3;
            case "hset", "zadd", "lrange" -> 4;
            default -> -1;
        };
    }

    private Reply answer(String name, byte[][] command) {
        String key = word(command, 1);
        return switch (name) {
            case "echo" -> Reply.bulk(command[1]);
            case "get" -> strings.containsKey(key) ? bulk(strings.get(key)) : Reply.NIL;
            case "set" -> set(key, command);
            case "del" -> Reply.integer(strings.remove(key) != null | lists.remove(key) != null ? 1 : 0);
            case "incr" -> incr(key);
            case "lpush", "rpush" -> push(key, command);
            case "lrange" ->
                Reply.array(lists.getOrDefault(key, List.of()).stream()
                        .map(FakeStore::bulk)
                        .toList());
            case "hset" -> {
                hashes.computeIfAbsent(key, k -> new TreeMap<>()).put(word(command, 2), word(command, 3));
                yield Reply.ONE;
            }
            case "hgetall" -> {
                List<Reply> pairs = new ArrayList<>();
                hashes.getOrDefault(key, Map.of())
                        .forEach((field, value) -> pairs.addAll(List.of(bulk(field), bulk(value))));
                yield new Reply.Pairs(pairs);
            }
            case "zadd" -> {
                scores.computeIfAbsent(key, k -> new TreeMap<>())
                        .put(word(command, 3), Double.valueOf(word(command, 2)));
                yield Reply.ONE;
            }
            case "zscore" -> {
                Double score = scores.getOrDefault(key, Map.of()).get(word(command, 2));
                yield score == null ? Reply.NIL : new Reply.Real(score);
            }
            default -> Reply.NIL;
        };
    }

    private Reply set(String key, byte[][] command) {
        if (command.length > 3) {
            return Reply.error("ERR syntax error");
        }
        lists.remove(key);
        strings.put(key, word(command, 2));
        return Reply.OK;
    }

    private Reply incr(String key) {
        long value;
        try {
            value = Long.parseLong(strings.getOrDefault(key, "0")) + 1;
        } catch (NumberFormatException noNumber) {
            return Reply.error("ERR value is not an integer or out of range");
        }
        strings.put(key, Long.toString(value));
        return Reply.integer(value);
    }

    private Reply push(String key, byte[][] command) {
        if (strings.containsKey(key)) {
            return WRONG_TYPE;
        }
        List<String> list = lists.computeIfAbsent(key, k -> new ArrayList<>());
        for (int i = 2; i < command.length; i++) {
            list.add(word(command, i));
        }
        return Reply.integer(list.size());
    }
}
