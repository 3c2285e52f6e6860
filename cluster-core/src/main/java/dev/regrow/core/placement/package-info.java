/**
 * Which node an instance goes to, and why not to another.
 *
 * <p>Pure functions over summaries of nodes; they lean on the model only. Open {@link
 * dev.regrow.core.placement.Placement} first.
 */
@NullMarked
package dev.regrow.core.placement;

import org.jspecify.annotations.NullMarked;
