package io.kindred.cluster.wire;

import java.lang.reflect.Array;
import java.lang.reflect.RecordComponent;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Equality of messages by content: records compare arrays by identity, so their own does not do. */
final class SameContent {

    private SameContent() {}

    static boolean of(@Nullable Object a, @Nullable Object b) {
        if (a == null || b == null || a.getClass() != b.getClass()) {
            return a instanceof List<?> x && b instanceof List<?> y ? lists(x, y) : a == b;
        }
        if (a.getClass().isArray()) {
            return arrays(a, b);
        }
        if (a instanceof List<?> list) {
            return lists(list, (List<?>) b);
        }
        return a.getClass().isRecord() && !a.getClass().getPackageName().endsWith("version")
                ? records(a, b)
                : Objects.equals(a, b);
    }

    private static boolean arrays(Object a, Object b) {
        int length = Array.getLength(a);
        if (length != Array.getLength(b)) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (!of(Array.get(a, i), Array.get(b, i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean lists(List<?> a, List<?> b) {
        if (a.size() != b.size()) {
            return false;
        }
        for (int i = 0; i < a.size(); i++) {
            if (!of(a.get(i), b.get(i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean records(Object a, Object b) {
        for (RecordComponent part : a.getClass().getRecordComponents()) {
            try {
                part.getAccessor().setAccessible(true);
                if (!of(part.getAccessor().invoke(a), part.getAccessor().invoke(b))) {
                    return false;
                }
            } catch (ReflectiveOperationException e) {
                throw new AssertionError(e);
            }
        }
        return true;
    }
}
