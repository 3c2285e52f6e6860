/**
 * Tests of {@code seccomp}: the compiled filter is run in Java and compared with its rules.
 *
 * <p>It leans on JUnit only. Open {@link dev.regrow.runtime.seccomp.SyscallFilterTest} first.
 */
@NullMarked
package dev.regrow.runtime.seccomp;

import org.jspecify.annotations.NullMarked;
