/**
 * Declares unreachable members dead, and ends this node's cluster system when it was declared dead
 * itself or can declare nothing.
 *
 * <p>Leans on Pekko Cluster for who sees whom, and on {@code core.membership} for what to propose
 * and for the store's word, which alone counts. Open {@link
 * dev.regrow.actors.downing.StoreDowningProvider} first, then {@link
 * dev.regrow.actors.downing.DowningActor}.
 */
@NullMarked
package dev.regrow.actors.downing;

import org.jspecify.annotations.NullMarked;
