package io.kindred.cluster.membership;

/**
 * One member's word that another has fallen silent. It holds for the generation that it names and those before; the
 * accused refutes it by raising its own.
 */
public record Accusation(long subject, long generation) {}
