/**
 * What must be known again after the agent died: what each instance is (written by us), how it is
 * (written by its shim), whether a living process is really it, and how to remove all of a node.
 *
 * <p>It leans on {@code cgroup}, {@code syscall} and a tmpfs of our own at {@code
 * /run/regrow/<nodeUid>}. Open {@link dev.regrow.runtime.state.Adoption} first.
 */
@NullMarked
package dev.regrow.runtime.state;

import org.jspecify.annotations.NullMarked;
