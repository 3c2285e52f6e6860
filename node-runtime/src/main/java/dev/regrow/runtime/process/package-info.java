/**
 * The door of this module, put together: launches, watches for ends, adopts, discards, and says why
 * an attempt ended.
 *
 * <p>It leans on all the other packages of the module, and none of them on it. Open {@link
 * dev.regrow.runtime.process.LocalNodeRuntime} first.
 */
@NullMarked
package dev.regrow.runtime.process;

import org.jspecify.annotations.NullMarked;
