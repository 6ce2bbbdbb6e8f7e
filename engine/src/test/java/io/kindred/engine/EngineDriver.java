package io.kindred.engine;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** An engine and its owner queue, with calls that wait for their answer. */
final class EngineDriver {
    final OwnerQueue owner;
    final StorageEngine engine;

    EngineDriver(StorageEngine engine, OwnerQueue owner) {
        this.engine = engine;
        this.owner = owner;
    }

    /** What a callback was given, once it was. */
    static final class Answer<T> {
        boolean given;

        @Nullable
        T result;

        @Nullable
        EngineFailure failure;

        void give(@Nullable T value, @Nullable EngineFailure why) {
            if (given) {
                throw new AssertionError("answered twice");
            }
            given = true;
            result = value;
            failure = why;
        }
    }

    static byte[] key(int group, String rest) {
        byte[] bytes = rest.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(Integer.BYTES + bytes.length)
                .putInt(group)
                .put(bytes)
                .array();
    }

    static byte[] value(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static String text(byte @Nullable [] value) {
        if (value == null) {
            return "(unknown)";
        }
        return value == StorageEngine.ABSENT ? "(absent)" : new String(value, StandardCharsets.UTF_8);
    }

    Answer<Void> startCommit() {
        Answer<Void> answer = new Answer<>();
        engine.commit(failure -> answer.give(null, failure));
        return answer;
    }

    @Nullable
    EngineFailure commit() {
        Answer<Void> answer = startCommit();
        owner.runUntil(() -> answer.given);
        return answer.failure;
    }

    Answer<byte[]> startRead(byte[] key) {
        Answer<byte[]> answer = new Answer<>();
        engine.read(key, answer::give);
        return answer;
    }

    /** By the way of {@link StorageEngine#read}, whatever memory knows. */
    Answer<byte[]> read(byte[] key) {
        Answer<byte[]> answer = startRead(key);
        engine.flushReads();
        owner.runUntil(() -> answer.given);
        return answer;
    }

    /** As the core reads: memory first. */
    String get(byte[] key) {
        byte[] value = engine.peek(key);
        if (value != null) {
            return text(value);
        }
        Answer<byte[]> answer = read(key);
        return answer.failure == null ? text(answer.result) : "(failed: " + answer.failure + ")";
    }

    Answer<ScanStep> scanStep(byte[] from, byte[] to, int limit) {
        Answer<ScanStep> answer = new Answer<>();
        engine.scan(from, to, limit, answer::give);
        owner.runUntil(() -> answer.given);
        return answer;
    }

    /** All steps of a scan. */
    List<ScanStep.Entry> scan(byte[] from, byte[] to, int limit) {
        List<ScanStep.Entry> all = new ArrayList<>();
        byte[] next = from;
        while (next != null) {
            Answer<ScanStep> answer = scanStep(next, to, limit);
            ScanStep step = answer.result;
            if (step == null) {
                throw new AssertionError("the scan failed: " + answer.failure);
            }
            if (step.entries().size() > limit) {
                throw new AssertionError("more entries than asked for");
            }
            all.addAll(step.entries());
            next = step.next();
        }
        return all;
    }

    Map<Integer, Long> counts() {
        Map<Integer, Long> counts = new TreeMap<>();
        engine.forEachCount(counts::put);
        return counts;
    }
}
