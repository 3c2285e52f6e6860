/** Acts on directory trees. */
@NullMarked
package dev.regrow.runtime.disk;

import org.jspecify.annotations.NullMarked;
