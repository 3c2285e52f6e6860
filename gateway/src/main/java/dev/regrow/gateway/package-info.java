/**
 * The runnable node: reads the command line, starts the node system, the store and the gateway, and
 * stops them without touching an instance.
 *
 * <p>It may lean on everything below it; nothing leans on it. Open {@link
 * dev.regrow.gateway.NodeMain} first.
 */
@NullMarked
package dev.regrow.gateway;

import org.jspecify.annotations.NullMarked;
