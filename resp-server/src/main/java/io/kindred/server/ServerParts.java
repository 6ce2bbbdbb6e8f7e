package io.kindred.server;

/** What all connections of a server share, and their commands look at. */
record ServerParts(WrongPasswords wrongPasswords, SlowCommands slow, ClientSettings settings) {}
