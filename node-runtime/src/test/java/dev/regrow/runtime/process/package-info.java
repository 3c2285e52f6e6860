@NullMarked
package dev.regrow.runtime.process;

import org.jspecify.annotations.NullMarked;
