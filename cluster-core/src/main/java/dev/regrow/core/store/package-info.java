/**
 * The store: what was declared and decided, on the disks of a majority before it is acknowledged.
 *
 * <p>It may lean on Ratis and Protobuf; the decisions of the other core packages may not lean on
 * it. Open {@link dev.regrow.core.store.Store} first.
 */
@NullMarked
package dev.regrow.core.store;

import org.jspecify.annotations.NullMarked;
