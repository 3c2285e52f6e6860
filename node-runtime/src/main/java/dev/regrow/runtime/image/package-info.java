/**
 * Images: what their documents say, where their layers are kept on this machine, and how they get
 * there. Nothing of an image is trusted but what its digests prove.
 *
 * <p>It leans on {@code image.layer} for unpacking and {@code image.source} for where bytes come
 * from. Open {@link dev.regrow.runtime.image.Images} first.
 */
@NullMarked
package dev.regrow.runtime.image;

import org.jspecify.annotations.NullMarked;
