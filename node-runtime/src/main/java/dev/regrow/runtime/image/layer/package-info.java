/**
 * Unpacks a layer of an image into a directory of its own. Layers are written by strangers and
 * unpacked by root: every size, name and type is checked, and all that is opened is opened beneath
 * that directory.
 *
 * <p>It leans on the kernel's openat2(2). Open {@link dev.regrow.runtime.image.layer.Unpacking}
 * first.
 */
@NullMarked
package dev.regrow.runtime.image.layer;

import org.jspecify.annotations.NullMarked;
