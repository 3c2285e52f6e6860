@NullMarked
package dev.regrow.runtime.image;

import org.jspecify.annotations.NullMarked;
