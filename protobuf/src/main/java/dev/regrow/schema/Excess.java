package dev.regrow.schema;

import dev.regrow.v1.Relaxation;

/**
 * Something that a workload asks for beyond what every instance has, and that its namespace must
 * allow.
 *
 * @param field where it asks, as {@code instance.network}
 * @param relaxation what would have to be allowed
 * @param cause what is asked for there, to be followed by what does not allow it
 * @param fix what to write instead
 */
public record Excess(String field, Relaxation relaxation, String cause, String fix) {}
