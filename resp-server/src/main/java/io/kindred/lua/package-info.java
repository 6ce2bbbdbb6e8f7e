/**
 * Lua 5.1, written so that every bound is hard: an instruction, a step of a pattern, a probe of a table and a byte that is
 * kept are counted ({@link io.kindred.lua.Meter}), and nothing else of the host can be reached.
 *
 * <p>Reading order: {@code LuaString}, {@code LuaTable} (the values), {@code Lexer}, {@code Parser}, {@code Node} (the
 * tree), {@code Codegen}, {@code Op}, {@code Proto} (the code), {@code Machine} (which runs it), and then the libraries.
 *
 * <p>Knows nothing of Redis, keys or replies. Imports of Kindred: none.
 */
@NullMarked
package io.kindred.lua;

import org.jspecify.annotations.NullMarked;
