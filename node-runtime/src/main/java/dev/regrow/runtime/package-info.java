/**
 * What one machine can do: start, adopt, watch, limit and end isolated processes.
 *
 * <p>It leans on the kernel through {@code syscall} and on nothing of the cluster: no Pekko, no
 * store. Open {@link dev.regrow.runtime.NodeRuntime} first.
 */
@NullMarked
package dev.regrow.runtime;

import org.jspecify.annotations.NullMarked;
