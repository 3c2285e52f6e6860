/**
 * The agent of a node: the authority over its capacity and over what runs on it.
 *
 * <p>It may lean on {@code instance}, the node runtime and the messages of {@code link}; it meets
 * the cluster only through a plain Java interface. Open {@link dev.regrow.actors.agent.NodeAgent}
 * first.
 */
@NullMarked
package dev.regrow.actors.agent;

import org.jspecify.annotations.NullMarked;
