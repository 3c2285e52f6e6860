package dev.regrow.chaos.simulation;

import java.util.List;

/**
 * What a leader tells another server.
 *
 * @param before the place in the log that the entries come after
 * @param round counts what the leader told all: who answers confirms it since then
 */
record Append(
    Peer leader,
    long term,
    int before,
    long beforeTerm,
    List<LogEntry> entries,
    int commit,
    long round) {}
