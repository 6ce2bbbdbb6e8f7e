package io.kindred.lua;

/** A value that is only equal to itself, as {@code cjson.null}. */
public record LightUserdata(String shown) {}
