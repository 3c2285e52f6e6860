/**
 * Where images come from: registries, OCI layouts, archives of docker save. Sources hand out bytes;
 * what they are is proved by their digests.
 *
 * <p>It leans on the JDK's HTTP client. Open {@link dev.regrow.runtime.image.source.ImageSource}
 * first.
 */
@NullMarked
package dev.regrow.runtime.image.source;

import org.jspecify.annotations.NullMarked;
