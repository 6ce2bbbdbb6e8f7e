package io.kindred.script;

import io.kindred.cluster.message.Reply;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.LinkedHashMap;
import java.util.Map;

/** Measures what scripts take of a thread's CPU time, warm, with calls that answer at once. {@code main} prints a line each. */
final class ScriptBench {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final int ROUNDS = 7;

    private ScriptBench() {}

    public static void main(String[] args) throws ScriptRefused {
        Map<String, String> scripts = new LinkedHashMap<>();
        scripts.put("nothing", "return 1");
        scripts.put(
                "get, compare, del",
                "if redis.call('get',KEYS[1]) == ARGV[1] then return redis.call('del',KEYS[1]) else return 0 end");
        scripts.put(
                "rate limiter",
                "local r=redis.call('incr',KEYS[1]) if r==1 then redis.call('expire',KEYS[1],60) end return"
                        + " {1,r,10-r}");
        scripts.put(
                "JSON, decoded and encoded",
                "local t=cjson.decode('{\"a\":[1,2,3],\"b\":{\"c\":\"d\"}}') t.a[4]=4 return cjson.encode(t)");
        scripts.put(
                "10,000 strings put together",
                "local t={} for i=1,10000 do t[#t+1]='k'..i end return #table.concat(t,',')");
        scripts.put("a loop of 1,000,000", "local s=0 for i=1,1000000 do s=s+i%7 end return s");
        scripts.put(
                "fib(24), 150,049 calls",
                "local function f(n) if n<2 then return n end return f(n-1)+f(n-2) end return f(24)");
        scripts.forEach(ScriptBench::measure);
        measureCompiler();
    }

    private static Reply answer(byte[][] command) {
        return command[0][0] == 'g' ? Reply.bulk(Scripts.ARGUMENTS[0]) : Reply.ONE;
    }

    private static void measure(String name, String text) {
        Script script;
        try {
            script = Script.compile(Scripts.bytes(text));
        } catch (ScriptRefused refused) {
            throw new IllegalStateException(refused);
        }
        int runs = name.length() > 25 || name.startsWith("a loop") || name.startsWith("fib") ? 40 : 100_000;
        double best = Double.MAX_VALUE;
        for (int round = 0; round < ROUNDS; round++) {
            long start = THREADS.getCurrentThreadCpuTime();
            for (int i = 0; i < runs; i++) {
                script.run(Scripts.KEYS, Scripts.ARGUMENTS, ScriptBench::answer, ScriptLimits.DEFAULT);
            }
            best = Math.min(best, (THREADS.getCurrentThreadCpuTime() - start) / 1e3 / runs);
        }
        System.out.printf("%-32s %10.2f us%n", name, best);
    }

    private static void measureCompiler() throws ScriptRefused {
        double best = Double.MAX_VALUE;
        for (int round = 0; round < ROUNDS; round++) {
            long start = THREADS.getCurrentThreadCpuTime();
            for (int i = 0; i < 5_000; i++) {
                Script.compile(Scripts.bytes(
                        "if redis.call('get',KEYS[1]) == ARGV[1] then return 1 else return 0 end --" + i));
            }
            best = Math.min(best, (THREADS.getCurrentThreadCpuTime() - start) / 1e3 / 5_000);
        }
        System.out.printf("%-32s %10.2f us%n", "compiling 80 bytes", best);
    }
}
