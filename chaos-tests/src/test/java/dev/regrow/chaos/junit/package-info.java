@NullMarked
package dev.regrow.chaos.junit;

import org.jspecify.annotations.NullMarked;
