package io.kindred.command;

import java.time.InstantSource;

/** All that a command may reach beyond its arguments and its connection. */
public record ServerView(
        KeyPort keys,
        ClusterPort cluster,
        ConfigPort config,
        NodePort node,
        Settings settings,
        CommandTable commands,
        InstantSource clock) {}
