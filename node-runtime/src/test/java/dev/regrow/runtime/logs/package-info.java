@NullMarked
package dev.regrow.runtime.logs;

import org.jspecify.annotations.NullMarked;
