/**
 * The only door to the kernel for what the JDK cannot ask of it: spawning, pidfds, epoll, sealed
 * memory, fifos, mounts.
 *
 * <p>It leans on JNR-FFI and on nothing of ours, so that everything above speaks in our types. Open
 * {@link dev.regrow.runtime.syscall.Kernel} first.
 */
@NullMarked
package dev.regrow.runtime.syscall;

import org.jspecify.annotations.NullMarked;
