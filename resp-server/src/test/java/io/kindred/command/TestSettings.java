package io.kindred.command;

import io.kindred.script.ScriptLimits;
import org.jspecify.annotations.Nullable;

final class TestSettings implements Settings {
    int valueBytesMax = 1024 * 1024;
    int keyBytesMax = 64 * 1024;
    boolean conflictIsError;
    boolean loading;
    String whyLoading = "";
    long scriptInstructionsMax = ScriptLimits.INSTRUCTIONS_MAX;
    int replicas = 3;

    @Override
    public int keyBytesMax() {
        return keyBytesMax;
    }

    @Override
    public int valueBytesMax() {
        return valueBytesMax;
    }

    @Override
    public long scriptInstructionsMax() {
        return scriptInstructionsMax;
    }

    @Override
    public long scriptMemoryBytesMax() {
        return ScriptLimits.MEMORY_BYTES_MAX;
    }

    @Override
    public long scriptCacheBytesMax() {
        return 1 << 20;
    }

    @Override
    public int databases() {
        return 16;
    }

    @Override
    public int replicationN() {
        return replicas;
    }

    @Override
    public boolean conflictIsError() {
        return conflictIsError;
    }

    @Override
    public @Nullable String password() {
        return null;
    }

    @Override
    public boolean loading() {
        return loading;
    }

    @Override
    public String whyLoading() {
        return whyLoading;
    }
}
