package dev.regrow.core.model;

/**
 * Something that was decided or that happened, with its cause; becomes an event.
 *
 * @param timeMillis since 1970
 * @param instance "" when it is about the workload as a whole
 * @param slot "" likewise
 * @param node the node's name, or ""
 * @param reason one word in CamelCase: Applied, Placed, Started, OOMKilled, Replaced, ...
 * @param message a sentence for people
 */
public record Occurrence(
    long timeMillis,
    boolean warning,
    String instance,
    String slot,
    String node,
    String reason,
    String message) {}
