package dev.regrow.core.model;

/**
 * The two clocks of a decision.
 *
 * @param bootMillis CLOCK_BOOTTIME in milliseconds: whatever waits, starts or stops reads this
 * @param wallMillis milliseconds since 1970 UTC: only written down for people
 */
public record Now(long bootMillis, long wallMillis) {}
