/**
 * Files that survive a crash, and disks that run full.
 *
 * <p>It leans on the JDK only. Open {@link dev.regrow.core.disk.DurableFile} first.
 */
@NullMarked
package dev.regrow.core.disk;

import org.jspecify.annotations.NullMarked;
