package dev.regrow.core.admission;

import dev.regrow.v1.Relaxation;

/**
 * Something that a workload asks for and its namespace does not allow.
 *
 * @param field where it asks, as {@code instance.network}
 * @param relaxation what would have to be allowed
 * @param cause what is asked for there, to be followed by what does not allow it
 * @param fix what to write instead
 */
public record Excess(String field, Relaxation relaxation, String cause, String fix) {}
