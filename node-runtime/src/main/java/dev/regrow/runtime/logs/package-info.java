/**
 * What instances wrote: reads the frames that shims leave in rotated files, across attempts, from
 * any line, and goes on as they grow; drops the oldest when there are too many.
 *
 * <p>It leans on the file system alone; the shim is the only writer. Open {@link
 * dev.regrow.runtime.logs.FileLogs} first.
 */
@NullMarked
package dev.regrow.runtime.logs;

import org.jspecify.annotations.NullMarked;
