package io.kindred.main;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * Random commands for one connection, of every kind that there is. Which keys and databases it uses is told to it, and
 * nobody else uses them. Times are far from now, so that it does not matter when a command is carried out.
 */
final class RandomCommands {
    /** Commands that no pipeline can have, and why. */
    static final Map<String, String> LEFT_OUT = Map.ofEntries(
            Map.entry("shutdown", "ends the node"),
            Map.entry("kin.backup", "needs a directory of its own"),
            Map.entry("kin.dump", "shows clocks, which differ from the model's"),
            Map.entry("kin.restore", "takes what KIN.DUMP gives"),
            Map.entry("kin.leave", "changes the ring"),
            Map.entry("kin.replace", "changes the ring"),
            Map.entry("subscribe", "has the connection told of other things than answers"),
            Map.entry("psubscribe", "as subscribe"),
            Map.entry("ssubscribe", "as subscribe"),
            Map.entry("unsubscribe", "as subscribe"),
            Map.entry("punsubscribe", "as subscribe"),
            Map.entry("sunsubscribe", "as subscribe"),
            Map.entry("monitor", "as subscribe"),
            Map.entry("client|tracking", "as subscribe"));

    private static final String[] VALUES = {
        "", "v", "hello", "10", "-5", "3.25", "9223372036854775807", "a longer value"
    };
    private static final String[] NUMBERS = {"0", "1", "-1", "2", "7", "-3", "9223372036854775807", "x", "1.5"};
    private static final String[] SECONDS = {"2000", "500000", "100000000"};
    private static final String[] MOMENTS = {"99999999999", "88888888888"};
    private static final String[] SCRIPTS = {
        "return redis.call('append', KEYS[1], ARGV[1])",
        "return {redis.call('get', KEYS[1]), redis.call('set', KEYS[1], ARGV[1]), redis.call('strlen', KEYS[1])}",
        "return redis.call('echo', ARGV[1])",
        "return redis.call('ping')",
        "return #redis.call('time')",
        "return redis.pcall('select', '99').err",
        "return redis.call('subscribe', 'c')",
        "return redis.call('publish', 'c', ARGV[1])",
        "return redis.call('incr', KEYS[1])"
    };
    private static final String[] CONDITIONS = {"NX", "XX", "GT", "LT"};

    /** What the tests may ask for. */
    record Choice(
            List<String> keys, List<String> databases, boolean flushesAll, boolean changesQuorums, boolean redisOnly) {}

    private interface Maker {
        Call make();
    }

    private final Random random;
    private final Choice choice;
    private final Map<String, Maker> makers = new TreeMap<>();
    private final List<String> names;

    RandomCommands(Random random, Choice choice) {
        this.random = random;
        this.choice = choice;
        strings();
        several();
        expiry();
        keyspace();
        connection();
        node();
        if (choice.redisOnly()) {
            makers.keySet().removeIf(name -> name.startsWith("kin.") || NOT_ALIKE.contains(name));
        } else {
            dynamo();
        }
        names = List.copyOf(makers.keySet());
    }

    /** These show of a Redis what we are not. */
    private static final List<String> NOT_ALIKE = List.of(
            "command|docs",
            "command|info",
            "command|list",
            "command|count",
            "client|setinfo",
            "client|no-touch",
            "config|rewrite",
            "client|help",
            "config|help",
            "object|help",
            "object|freq",
            "memory|help",
            "command|help",
            "role",
            "lolwut",
            "bgsave",
            "save",
            "bgrewriteaof",
            "module|help",
            "memory|stats",
            "memory|doctor",
            "slowlog|help",
            "latency|doctor",
            "script|help",
            "pubsub|help",
            "latency|help");

    List<String> names() {
        return names;
    }

    /** Most of them touch keys, and the same ones again and again; two of them make one mute what follows. */
    List<Call> pipeline(int length) {
        List<Call> calls = new ArrayList<>();
        while (calls.size() < length) {
            int kind = random.nextInt(100);
            if (kind == 0) {
                calls.add(Call.of("CLIENT", "REPLY", "SKIP").muted());
                calls.add(touching().muted());
            } else if (kind == 1) {
                calls.add(Call.of("CLIENT", "REPLY", "OFF").muted());
                for (int i = random.nextInt(5); i > 0; i--) {
                    calls.add(touching().muted());
                }
                calls.add(Call.of("CLIENT", "REPLY", "ON"));
            } else if (kind == 2) {
                calls.add(Call.of("RESET"));
                calls.add(Call.of("SELECT", pick(choice.databases())));
            } else if (kind == 3 || kind == 4) {
                calls.addAll(transaction());
            } else if (kind < 30) {
                calls.add(make(pick(names)));
            } else {
                calls.add(touching());
            }
        }
        if (random.nextInt(10) == 0) {
            calls.add(Call.of("QUIT"));
            calls.add(Call.of("SET", key(), "behind QUIT").muted());
        }
        return calls;
    }

    private static final String[] IN_TRANSACTIONS = {"select", "flushdb", "eval", "eval_ro", "ping", "echo", "publish"};

    private List<Call> transaction() {
        List<Call> calls = new ArrayList<>();
        if (random.nextInt(3) == 0) {
            calls.add(make("watch"));
            if (random.nextInt(3) == 0) {
                calls.add(touching());
            }
        }
        calls.add(Call.of("MULTI"));
        for (int i = random.nextInt(5); i > 0; i--) {
            calls.add(random.nextInt(6) == 0 ? make(pick(IN_TRANSACTIONS)) : touching());
        }
        calls.add(Call.of(random.nextInt(8) == 0 ? "DISCARD" : "EXEC"));
        return calls;
    }

    /** The commands that see most of what may go wrong. */
    private static final String[] TOUCHING = {
        "get", "set", "mget", "mset", "msetnx", "del", "exists", "incr", "append", "getdel", "getset", "setnx", "strlen"
    };

    private Call touching() {
        return make(pick(TOUCHING));
    }

    private Call make(String name) {
        Maker maker = makers.get(name);
        if (maker == null) {
            throw new IllegalArgumentException(name);
        }
        return maker.make();
    }

    private void add(String name, Maker maker) {
        if (makers.put(name, maker) != null) {
            throw new IllegalArgumentException(name);
        }
    }

    private void strings() {
        add("get", () -> Call.of(random.nextInt(50) == 0 ? List.of("GET") : List.of("get", key())));
        add("strlen", () -> Call.of("STRLEN", key()));
        add("getrange", () -> Call.of("GETRANGE", key(), pick(NUMBERS), pick(NUMBERS)));
        add("substr", () -> Call.of("SUBSTR", key(), pick(NUMBERS), pick(NUMBERS)));
        add("set", () -> Call.of(set()));
        add("setnx", () -> Call.of("SETNX", key(), pick(VALUES)));
        add("setex", () -> Call.of("SETEX", key(), pick(SECONDS), pick(VALUES)));
        add("psetex", () -> Call.of("PSETEX", key(), pick(SECONDS) + "000", pick(VALUES)));
        add("getset", () -> Call.of("GETSET", key(), pick(VALUES)));
        add("getdel", () -> Call.of("GETDEL", key()));
        add("getex", () -> Call.of(getEx()));
        add("incr", () -> Call.of("INCR", key()));
        add("decr", () -> Call.of("DECR", key()));
        add("incrby", () -> Call.of("INCRBY", key(), pick(NUMBERS)));
        add("decrby", () -> Call.of("DECRBY", key(), pick(NUMBERS)));
        add("incrbyfloat", () -> Call.of("INCRBYFLOAT", "f:" + key(), random.nextBoolean() ? "0.5" : "-0.25"));
        add("append", () -> Call.of("APPEND", key(), pick(VALUES)));
        add("setrange", () -> Call.of("SETRANGE", key(), Integer.toString(random.nextInt(9) - 1), pick(VALUES)));
    }

    private List<String> set() {
        List<String> args = new ArrayList<>(List.of("SET", key(), pick(VALUES)));
        switch (random.nextInt(9)) {
            case 0 -> args.add("NX");
            case 1 -> args.add("XX");
            case 2 -> args.add("GET");
            case 3 -> args.add("KEEPTTL");
            case 4 -> args.addAll(List.of("EX", pick(SECONDS), "NX"));
            case 5 -> args.addAll(List.of("PXAT", pick(MOMENTS) + "000"));
            default -> {}
        }
        return args;
    }

    private List<String> getEx() {
        return switch (random.nextInt(3)) {
            case 0 -> List.of("GETEX", key(), "PERSIST");
            case 1 -> List.of("GETEX", key(), "EX", pick(SECONDS));
            default -> List.of("GETEX", key());
        };
    }

    private void several() {
        add("mget", () -> Call.of(line("MGET", false)));
        add("mset", () -> Call.of(line("MSET", true)));
        add("msetnx", () -> Call.of(line("MSETNX", true)));
        add("del", () -> Call.of(line("DEL", false)));
        add("unlink", () -> Call.of(line("UNLINK", false)));
        add("exists", () -> Call.of(line("EXISTS", false)));
        add("touch", () -> Call.of(line("TOUCH", false)));
    }

    private List<String> line(String name, boolean pairs) {
        List<String> args = new ArrayList<>(List.of(name));
        for (int i = 1 + random.nextInt(4); i > 0; i--) {
            args.add(key());
            if (pairs) {
                args.add(pick(VALUES));
            }
        }
        if (pairs && random.nextInt(40) == 0) {
            args.add("no value");
        }
        return args;
    }

    private void expiry() {
        add("expire", () -> Call.of("EXPIRE", key(), random.nextInt(8) == 0 ? "-1" : pick(SECONDS)));
        add("pexpire", () -> Call.of("PEXPIRE", key(), random.nextInt(8) == 0 ? "0" : pick(SECONDS) + "000"));
        add("expireat", () -> Call.of("EXPIREAT", key(), pick(MOMENTS), pick(CONDITIONS)));
        add("pexpireat", () -> Call.of("PEXPIREAT", key(), pick(MOMENTS) + "000"));
        add("ttl", () -> Call.of("TTL", key()).check(Call.about(300)));
        add("pttl", () -> Call.of("PTTL", key()).check(Call.about(300_000)));
        add("expiretime", () -> Call.of("EXPIRETIME", key()).check(Call.about(300)));
        add("pexpiretime", () -> Call.of("PEXPIRETIME", key()).check(Call.about(300_000)));
        add("persist", () -> Call.of("PERSIST", key()));
    }

    private void keyspace() {
        add("type", () -> Call.of("TYPE", key()));
        add("keys", () -> Call.of("KEYS", "*").check(Call::sameInAnyOrder));
        add(
                "scan",
                () -> Call.of("SCAN", "0", "COUNT", "10000")
                        .against("KEYS", "*")
                        .check(Call::isPage));
        add("randomkey", () -> Call.of("RANDOMKEY").against("KEYS", "*").check(Call::isOneOf));
        add("dbsize", () -> Call.of("DBSIZE").check(Call.count()));
        add("flushdb", () -> Call.of("FLUSHDB"));
        add("flushall", () -> choice.flushesAll() ? Call.of("FLUSHALL", "SYNC") : Call.of("FLUSHALL", "NOW"));
        add("object|encoding", () -> Call.of("OBJECT", "ENCODING", key()).check(Call::bothOrNeitherNil));
        add("object|refcount", () -> Call.of("OBJECT", "REFCOUNT", key()).check(Call::bothOrNeitherNil));
        add("object|freq", () -> Call.of("OBJECT", "FREQ", key()));
        add("object|help", () -> Call.of("OBJECT", "HELP"));
        add("object|idletime", () -> Call.of("OBJECT", "IDLETIME", key()).check(Call::bothOrNeitherNil));
        add("memory|usage", () -> Call.of("MEMORY", "USAGE", key()).check(Call::bothOrNeitherNil));
        add("memory|help", () -> Call.of("MEMORY", "HELP"));
    }

    private void connection() {
        add("ping", () -> Call.of(random.nextBoolean() ? List.of("PING") : List.of("PING", pick(VALUES))));
        add("echo", () -> Call.of("ECHO", pick(VALUES)));
        add("select", () -> Call.of("SELECT", random.nextInt(4) == 0 ? "99" : pick(choice.databases())));
        add(
                "hello",
                () -> Call.of("HELLO", random.nextInt(4) == 0 ? "9" : random.nextBoolean() ? "2" : "3")
                        .check(Call::sameKind));
        add("auth", () -> Call.of("AUTH", "secret"));
        add("time", () -> Call.of("TIME").check(Call::sameKind));
        add("quit", () -> Call.of("ECHO", "QUIT comes last"));
        add("reset", () -> Call.of("ECHO", "RESET is followed by SELECT"));
        add("multi", () -> Call.of("ECHO", "MULTI is followed by EXEC"));
        add("exec", () -> Call.of("EXEC"));
        add("discard", () -> Call.of("DISCARD"));
        add("watch", () -> Call.of("WATCH", key(), key()));
        add("unwatch", () -> Call.of("UNWATCH"));
        add("eval", () -> Call.of("EVAL", pick(SCRIPTS), "1", key(), pick(VALUES)));
        add("publish", () -> Call.of("PUBLISH", "c", pick(VALUES)));
        add("spublish", () -> Call.of("SPUBLISH", "c", pick(VALUES)));
        add("pubsub|channels", () -> Call.of("PUBSUB", "CHANNELS"));
        add("pubsub|numpat", () -> Call.of("PUBSUB", "NUMPAT"));
        add("pubsub|numsub", () -> Call.of("PUBSUB", "NUMSUB", "c"));
        add("pubsub|shardchannels", () -> Call.of("PUBSUB", "SHARDCHANNELS"));
        add("pubsub|shardnumsub", () -> Call.of("PUBSUB", "SHARDNUMSUB"));
        add("pubsub|help", () -> Call.of("PUBSUB", "HELP"));
        add("eval_ro", () -> Call.of("EVAL_RO", "return redis.call('get', KEYS[1])", "1", key()));
        add("evalsha", () -> Call.of("EVALSHA", "0".repeat(40), "0"));
        add("evalsha_ro", () -> Call.of("EVALSHA_RO", "short", "1", key()));
        add("script|load", () -> Call.of("SCRIPT", "LOAD", "return 1"));
        add("script|exists", () -> Call.of("SCRIPT", "EXISTS", "0".repeat(40)));
        add("script|flush", () -> Call.of("SCRIPT", "FLUSH", pick(new String[] {"SYNC", "ASYNC", "LATER"})));
        add("script|kill", () -> Call.of("SCRIPT", "KILL"));
        add("script|help", () -> Call.of("SCRIPT", "HELP"));
        add("client|getname", () -> Call.of("CLIENT", "GETNAME"));
        add("client|setname", () -> Call.of("CLIENT", "SETNAME", random.nextInt(3) == 0 ? "with blank" : "n" + key()));
        add("client|setinfo", () -> Call.of("CLIENT", "SETINFO", "LIB-NAME", "lib"));
        add("client|id", () -> Call.of("CLIENT", "ID").check(Call::sameKind));
        add("client|info", () -> Call.of("CLIENT", "INFO").check(Call::sameKind));
        add("client|list", () -> Call.of("CLIENT", "LIST").check(Call::sameKind));
        add("client|kill", () -> Call.of("CLIENT", "KILL", "ID", "987654321"));
        add("client|reply", () -> Call.of("CLIENT", "REPLY", random.nextBoolean() ? "ON" : "PERHAPS"));
        add("client|no-evict", () -> Call.of("CLIENT", "NO-EVICT", "ON"));
        add("client|no-touch", () -> Call.of("CLIENT", "NO-TOUCH", "OFF"));
        add("client|caching", () -> Call.of("CLIENT", "CACHING", "YES"));
        add("client|trackinginfo", () -> Call.of("CLIENT", "TRACKINGINFO"));
        add("client|getredir", () -> Call.of("CLIENT", "GETREDIR"));
        add("client|pause", () -> Call.of("CLIENT", "PAUSE", random.nextBoolean() ? "0" : "x", "WRITE"));
        add("client|unpause", () -> Call.of("CLIENT", "UNPAUSE"));
        add("wait", () -> Call.of("WAIT", "0", "0").check(Call::sameKind));
        add("client|help", () -> Call.of("CLIENT", "HELP"));
    }

    private void node() {
        add("info", () -> Call.of("INFO").check(Call::sameKind));
        add("kin.health", () -> Call.of("KIN.HEALTH").check(Call::sameKind));
        add("config|get", () -> Call.of("CONFIG", "GET", "timeout"));
        add("config|set", () -> Call.of("CONFIG", "SET", "timeout", "0"));
        add("config|resetstat", () -> Call.of("CONFIG", "RESETSTAT"));
        add("config|rewrite", () -> Call.of("CONFIG", "REWRITE").check(Call::sameKind));
        add("config|help", () -> Call.of("CONFIG", "HELP"));
        add("command|count", () -> Call.of("COMMAND", "COUNT"));
        add("command|info", () -> Call.of("COMMAND", "INFO", "get"));
        add("command|docs", () -> Call.of("COMMAND", "DOCS", "set"));
        add("command|list", () -> Call.of("COMMAND", "LIST").check(Call::sameInAnyOrder));
        add("command|getkeys", () -> Call.of("COMMAND", "GETKEYS", "MSET", "a", "1", "b", "2"));
        add("command|getkeysandflags", () -> Call.of("COMMAND", "GETKEYSANDFLAGS", "MSET", "a", "1", "b", "2"));
        add("command|help", () -> Call.of("COMMAND", "HELP"));
        add("role", () -> Call.of("ROLE"));
        add("lolwut", () -> Call.of("LOLWUT").check(Call::sameKind));
        add("lastsave", () -> Call.of("LASTSAVE").check(Call::sameKind));
        add("save", () -> Call.of("SAVE").check(Call::sameOrSaving));
        add("bgsave", () -> Call.of("BGSAVE").check(Call::sameOrSaving));
        add("bgrewriteaof", () -> Call.of("BGREWRITEAOF").check(Call::sameOrSaving));
        add("module|list", () -> Call.of("MODULE", "LIST"));
        add("module|help", () -> Call.of("MODULE", "HELP"));
        add("memory|stats", () -> Call.of("MEMORY", "STATS").check(Call::sameKind));
        add("memory|doctor", () -> Call.of("MEMORY", "DOCTOR").check(Call::sameKind));
        add("slowlog|get", () -> Call.of("SLOWLOG", "GET", "0"));
        add("slowlog|len", () -> Call.of("SLOWLOG", "LEN").check(Call::sameKind));
        add("slowlog|reset", () -> Call.of("SLOWLOG", "RESET"));
        add("slowlog|help", () -> Call.of("SLOWLOG", "HELP"));
        add("latency|latest", () -> Call.of("LATENCY", "LATEST"));
        add("latency|histogram", () -> Call.of("LATENCY", "HISTOGRAM", "get").check(Call::sameKind));
        add("latency|history", () -> Call.of("LATENCY", "HISTORY", "fork"));
        add("latency|reset", () -> Call.of("LATENCY", "RESET"));
        add("latency|doctor", () -> Call.of("LATENCY", "DOCTOR").check(Call::sameKind));
        add("latency|help", () -> Call.of("LATENCY", "HELP"));
        add("nosuch", () -> Call.of("NOSUCH", key()).check(Call::sameKind));
    }

    private void dynamo() {
        add("kin.get", () -> Call.of("KIN.GET", key()).check(Call::sameSiblings));
        add("kin.put", () -> Call.of("KIN.PUT", key(), context(), pick(VALUES)).check(Call::sameKind));
        add("kin.del", () -> Call.of("KIN.DEL", key(), context()).check(Call::sameKind));
        add("kin.siblings", () -> Call.of("KIN.SIBLINGS", key()).check(Call::sameLiveRows));
        add("kin.clock", () -> Call.of("KIN.CLOCK", key()).check(Call::sameKind));
        add("kin.replicas", () -> Call.of("KIN.REPLICAS", key()).check(Call::sameKind));
        add("kin.members", () -> Call.of("KIN.MEMBERS").check(Call::sameKind));
        add("kin.ring", () -> Call.of("KIN.RING").check(Call::sameKind));
        add("kin.plan", () -> Call.of("KIN.PLAN", "JOIN", "newcomer", "1").check(Call::sameKind));
        add("kin.forget", () -> Call.of("KIN.FORGET", "nobody").check(Call::sameKind));
        add("kin.repair", () -> Call.of("KIN.REPAIR", key()).check(Call::isAnswer));
        add("kin.help", () -> Call.of("KIN.HELP"));
        add("kin.quorum", () -> {
            if (!choice.changesQuorums()) {
                return Call.of("KIN.QUORUM", "R", "2");
            }
            return switch (random.nextInt(4)) {
                case 0 -> Call.of("KIN.QUORUM", "DEFAULT");
                case 1 -> Call.of("KIN.QUORUM", "R", "2", "W", "3");
                case 2 -> Call.of("KIN.QUORUM", "R", "3", "W", "2");
                default -> Call.of("KIN.QUORUM", "SCOPE", random.nextBoolean() ? "global" : "local");
            };
        });
    }

    /** None, or what this key's KIN.GET has shown before this pipeline. */
    private String context() {
        return random.nextBoolean() ? "" : Call.LAST_CONTEXT;
    }

    private String key() {
        return pick(choice.keys());
    }

    private String pick(String[] from) {
        return from[random.nextInt(from.length)];
    }

    private String pick(List<String> from) {
        return from.get(random.nextInt(from.size()));
    }
}
