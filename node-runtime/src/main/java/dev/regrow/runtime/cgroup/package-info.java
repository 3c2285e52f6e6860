/**
 * What instances may use, and how they are held together: cgroups of our own in whichever
 * hierarchies this machine has (v2, hybrid, v1), below {@code regrow/<nodeUid>} and nowhere else.
 *
 * <p>It leans on the cgroup file systems, given as paths, and on {@code syscall} for signalling
 * where the kernel has no cgroup.kill. Open {@link dev.regrow.runtime.cgroup.Cgroups} first.
 */
@NullMarked
package dev.regrow.runtime.cgroup;

import org.jspecify.annotations.NullMarked;
