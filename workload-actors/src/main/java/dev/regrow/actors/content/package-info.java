/**
 * What declared objects (configs) hold, for the workloads that use them: who is told of a change,
 * what is kept for which revision, and what an instance sees. Leans on the store alone; what a
 * change comes to is decided in {@code dev.regrow.core.lifecycle}.
 *
 * <p>Open {@link dev.regrow.actors.content.DeclaredContents} first.
 */
@NullMarked
package dev.regrow.actors.content;

import org.jspecify.annotations.NullMarked;
