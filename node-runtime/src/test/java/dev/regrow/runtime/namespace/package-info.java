/**
 * Tests of {@code namespace}: id ranges are claimed by several nodes at once.
 *
 * <p>It leans on JUnit only. Open {@link dev.regrow.runtime.namespace.IdRangesTest} first.
 */
@NullMarked
package dev.regrow.runtime.namespace;

import org.jspecify.annotations.NullMarked;
