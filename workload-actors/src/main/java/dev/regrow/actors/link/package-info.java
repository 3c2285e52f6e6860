/**
 * What workload entities and node agents say to each other; the only traffic between the two.
 *
 * <p>Open {@link dev.regrow.actors.link.NodeOrder} and {@link dev.regrow.actors.link.NodeFact}.
 */
@NullMarked
package dev.regrow.actors.link;

import org.jspecify.annotations.NullMarked;
