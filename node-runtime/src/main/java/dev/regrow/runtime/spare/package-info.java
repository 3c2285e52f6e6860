/**
 * What takes time to make is made ahead. It leans on nothing else of this module but its failures;
 * open {@link dev.regrow.runtime.spare.Spares}.
 */
@NullMarked
package dev.regrow.runtime.spare;

import org.jspecify.annotations.NullMarked;
