/** Images to test with. */
@NullMarked
package dev.regrow.runtime.image.testing;

import org.jspecify.annotations.NullMarked;
