/**
 * What this server has heard from nodes: soft, rebuilt from their reports, never stored.
 *
 * <p>It leans on the core's model and the link's facts. Open {@link dev.regrow.actors.board.Board}
 * first.
 */
@NullMarked
package dev.regrow.actors.board;

import org.jspecify.annotations.NullMarked;
