/**
 * Real nodes on this machine, to be started, killed and inspected.
 *
 * <p>It drives the distribution's own launcher and the public API, so what it shows is what users
 * get. Open {@link dev.regrow.chaos.cluster.LocalNode} first.
 */
@NullMarked
package dev.regrow.chaos.cluster;

import org.jspecify.annotations.NullMarked;
