/**
 * What a namespace lets its workloads have. Pure: it leans on the schema alone. Open {@link
 * dev.regrow.core.admission.Relaxations} first.
 */
@NullMarked
package dev.regrow.core.admission;

import org.jspecify.annotations.NullMarked;
