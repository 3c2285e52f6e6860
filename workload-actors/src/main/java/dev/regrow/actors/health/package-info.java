/**
 * Whether an instance is well: what to ask it when, and what follows from its answers.
 *
 * <p>It decides and does nothing; the supervisor asks and waits. Open {@link
 * dev.regrow.actors.health.HealthMachine} first.
 */
@NullMarked
package dev.regrow.actors.health;

import org.jspecify.annotations.NullMarked;
