package io.kindred.lua;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/** Walks over all that a run can still reach, and weighs it. Never recursive: what is to be visited waits in a queue. */
final class Trace {
    private final int number;
    private final ArrayDeque<Object> waiting = new ArrayDeque<>();
    private long bytes;
    private long visited;

    Trace(int number) {
        this.number = number;
    }

    long bytes() {
        return bytes;
    }

    long visited() {
        return visited;
    }

    void visit(@Nullable Object value) {
        if (value instanceof LuaString s) {
            if (s.mark != number && s.mark != Meter.UNCOUNTED) {
                s.mark = number;
                bytes += LuaString.OVERHEAD_BYTES + s.bytes.length;
            }
        } else if (value instanceof LuaTable t) {
            if (t.mark != number && t.mark != Meter.UNCOUNTED) {
                t.mark = number;
                waiting.add(t);
            }
        } else if (value instanceof LuaFunction f) {
            if (f.mark != number && f.mark != Meter.UNCOUNTED) {
                f.mark = number;
                waiting.add(f);
            }
        } else if (value instanceof Coroutine c && c.mark != number) {
            c.mark = number;
            waiting.add(c);
        }
    }

    void visitAll(@Nullable Object[] values) {
        visited += values.length;
        for (Object value : values) {
            visitSlot(value);
        }
    }

    private void visitSlot(@Nullable Object value) {
        if (value instanceof Cell cell) {
            visitCell(cell);
        } else {
            visit(value);
        }
    }

    private void visitCell(Cell cell) {
        if (cell.mark != number) {
            cell.mark = number;
            bytes += 24;
            visit(cell.value);
        }
    }

    private void visitChunk(Proto.Weight chunk) {
        if (chunk.mark != Meter.UNCOUNTED && chunk.mark != number) {
            chunk.mark = number;
            bytes += chunk.bytes;
        }
    }

    void visitFrames(@Nullable Frame innermost) {
        for (Frame frame = innermost; frame != null; frame = frame.caller) {
            bytes += Machine.frameBytes(frame.closure.proto);
            visit(frame.closure);
            visitAll(frame.registers);
            bytes += Machine.VALUE_BYTES * (long) (frame.varargs.length + frame.open.length);
            visitAll(frame.varargs);
            visitAll(frame.open);
        }
    }

    void run() {
        for (Object next = waiting.poll(); next != null; next = waiting.poll()) {
            visited++;
            if (next instanceof LuaTable table) {
                bytes += table.bytes();
                table.visitContents(this);
            } else if (next instanceof LuaClosure closure) {
                bytes += Machine.closureBytes(closure.cells.length);
                visitChunk(closure.proto.chunk);
                for (Cell cell : closure.cells) {
                    visitCell(cell);
                }
            } else if (next instanceof Coroutine coroutine) {
                bytes += Machine.COROUTINE_BYTES;
                visit(coroutine.body);
                visitFrames(coroutine.frame);
            } else if (next instanceof Native function) {
                bytes += Machine.NATIVE_BYTES;
                visitAll(function.kept());
            }
        }
    }
}
