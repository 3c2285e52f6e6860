/**
 * The whole control plane in one thread, with a clock, a network and disks of its own: equal seeds
 * run equally. Entities, agents, membership and leases decide with the code of production; what is
 * made up is consensus itself (Ratis in production), processes and the actors between.
 *
 * <p>It leans on the pure parts of the core and of the actors. Open {@link
 * dev.regrow.chaos.simulation.Simulation} first.
 */
@NullMarked
package dev.regrow.chaos.simulation;

import org.jspecify.annotations.NullMarked;
