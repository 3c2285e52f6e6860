@NullMarked
package dev.regrow.runtime.image.layer;

import org.jspecify.annotations.NullMarked;
