/** The cluster under fire for tests of JUnit 5, of whatever runs on Regrow. */
@NullMarked
package dev.regrow.chaos.junit;

import org.jspecify.annotations.NullMarked;
