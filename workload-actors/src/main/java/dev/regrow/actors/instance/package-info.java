/**
 * One instance on this node: started, watched, restarted and ended, with no cluster involved.
 *
 * <p>It may lean on the node runtime and on the messages of {@code link}, never on the cluster
 * system. Open {@link dev.regrow.actors.instance.InstanceSupervisor} first.
 */
@NullMarked
package dev.regrow.actors.instance;

import org.jspecify.annotations.NullMarked;
