/**
 * The cluster under fire: `regrow bench` and `regrow chaos`.
 *
 * <p>It leans on everything below it, and nothing leans on it. Open {@link dev.regrow.chaos.Main}
 * first.
 */
@NullMarked
package dev.regrow.chaos;

import org.jspecify.annotations.NullMarked;
