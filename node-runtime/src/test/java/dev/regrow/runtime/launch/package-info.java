/**
 * What launched instances can and cannot do, tried on a real kernel.
 *
 * <p>It leans on root and a C compiler, and skips without them. Open {@link
 * dev.regrow.runtime.launch.LaunchTest} first.
 */
@NullMarked
package dev.regrow.runtime.launch;

import org.jspecify.annotations.NullMarked;
