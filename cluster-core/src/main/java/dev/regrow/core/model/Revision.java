package dev.regrow.core.model;

/**
 * One immutable revision of a workload's template.
 *
 * @param number counts from 1
 * @param createdAt milliseconds since 1970
 * @param cause why it exists: apply, rollback to N, auto-revert to N
 */
public record Revision(
    long number,
    Template template,
    long createdAt,
    String cause,
    int schemaVersion,
    Opaque origin) {}
