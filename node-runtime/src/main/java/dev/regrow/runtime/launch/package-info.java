/**
 * Starts an attempt of an instance: decides on the steps, carries them out, and undoes them when
 * one fails.
 *
 * <p>It leans on {@code namespace}, {@code seccomp} and {@code shim} for what an instance is made
 * of, and on {@code syscall} to start its shim. Open {@link dev.regrow.runtime.launch.Launcher}
 * first.
 */
@NullMarked
package dev.regrow.runtime.launch;

import org.jspecify.annotations.NullMarked;
