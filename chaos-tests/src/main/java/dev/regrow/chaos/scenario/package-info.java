/**
 * What scenarios are made of: an arena that leaves nothing behind, nodes with a client, programs
 * that misbehave, and invariants to hold them against.
 *
 * <p>It leans on the real nodes of {@link dev.regrow.chaos.cluster} and the public client. Open
 * {@link dev.regrow.chaos.scenario.Arena} first.
 */
@NullMarked
package dev.regrow.chaos.scenario;

import org.jspecify.annotations.NullMarked;
