@NullMarked
package dev.regrow.runtime.image.source;

import org.jspecify.annotations.NullMarked;
