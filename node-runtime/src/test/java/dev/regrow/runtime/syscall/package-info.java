@NullMarked
package dev.regrow.runtime.syscall;

import org.jspecify.annotations.NullMarked;
