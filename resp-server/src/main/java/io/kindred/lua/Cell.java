package io.kindred.lua;

import org.jspecify.annotations.Nullable;

/** A local variable that an inner function uses, too. */
final class Cell {
    @Nullable
    Object value;

    int mark;

    Cell(@Nullable Object value) {
        this.value = value;
    }
}
