/**
 * Game days: a scenario says what should hold while what goes wrong; it is read, played against a
 * cluster, and judged.
 *
 * <p>Reading and judging are pure. What plays leans on {@code dev.regrow.chaos.fault} for what goes
 * wrong and on {@code dev.regrow.chaos.lab} for a cluster of its own. Open {@link
 * dev.regrow.chaos.game.Scenario} first, then {@link dev.regrow.chaos.game.Game}.
 */
@NullMarked
package dev.regrow.chaos.game;

import org.jspecify.annotations.NullMarked;
