/**
 * What clients did while faults happened, with their times, and what must be true of it: writes
 * that last, reads that are of their time, streams without gaps, no overlap, and an end to the
 * repair.
 *
 * <p>All of it but the recorder is pure, so that each checker can itself be shown histories with a
 * bug in them. Open {@link dev.regrow.chaos.history.Linearizability} first.
 */
@NullMarked
package dev.regrow.chaos.history;

import org.jspecify.annotations.NullMarked;
