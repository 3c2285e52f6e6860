/**
 * What kernel tests share: a node uid of their own, and the proof that nothing of it is left.
 *
 * <p>It leans on JUnit, /proc and the deletion of trees only. Open {@link
 * dev.regrow.runtime.testing.LeavesNothingBehind} first.
 */
@NullMarked
package dev.regrow.runtime.testing;

import org.jspecify.annotations.NullMarked;
