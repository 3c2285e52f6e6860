/**
 * The clockwork of both actor systems: timers that cost nothing while none is due.
 *
 * <p>Leans on Pekko's scheduler interface and the JDK alone. Open {@link
 * dev.regrow.actors.time.DeadlineScheduler} first; the actor systems name it in their
 * configuration.
 */
@NullMarked
package dev.regrow.actors.time;

import org.jspecify.annotations.NullMarked;
