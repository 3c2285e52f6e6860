@NullMarked
package dev.regrow.runtime.state;

import org.jspecify.annotations.NullMarked;
