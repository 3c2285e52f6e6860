/**
 * The life of one workload as a pure state machine, and what is said of it.
 *
 * <p>It leans on model, reconcile and placement only: no store, no actors, no clock. Open {@link
 * dev.regrow.core.lifecycle.WorkloadMachine} first.
 */
@NullMarked
package dev.regrow.core.lifecycle;

import org.jspecify.annotations.NullMarked;
