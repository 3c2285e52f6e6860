/**
 * The filter of system calls that instances run under, made from the lists in its resources.
 *
 * <p>It leans on the JDK only. Open {@link dev.regrow.runtime.seccomp.SyscallFilter} first.
 */
@NullMarked
package dev.regrow.runtime.seccomp;

import org.jspecify.annotations.NullMarked;
