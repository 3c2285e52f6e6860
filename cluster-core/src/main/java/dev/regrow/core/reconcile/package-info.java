/**
 * The steps from what is to what should be, each with its reason.
 *
 * <p>Pure functions that lean on the model only, from state and never from the event that woke
 * somebody. Open {@link dev.regrow.core.reconcile.Reconcile} first.
 */
@NullMarked
package dev.regrow.core.reconcile;

import org.jspecify.annotations.NullMarked;
