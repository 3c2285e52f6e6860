@NullMarked
package dev.regrow.runtime.fault;

import org.jspecify.annotations.NullMarked;
