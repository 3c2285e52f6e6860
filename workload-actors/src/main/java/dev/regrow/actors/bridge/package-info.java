/**
 * The link between workload entities and node agents while cluster members carry it: orders go out
 * to one bridge per node, facts come back through a gate on every server.
 *
 * <p>It may lean on Pekko Cluster and on the ports of {@code link} and {@code agent}; it hands no
 * actor of the one system to the other. Open {@link dev.regrow.actors.bridge.NodeBridge} first.
 */
@NullMarked
package dev.regrow.actors.bridge;

import org.jspecify.annotations.NullMarked;
