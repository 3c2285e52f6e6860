/**
 * What tests of every module send to the schema: workloads that are fine, and bodies that are not.
 *
 * <p>It may lean on the schema alone, and everything in it follows from a seed. Open {@link
 * dev.regrow.schema.testing.BadBodies} or {@link dev.regrow.schema.testing.Workloads} first.
 */
@NullMarked
package dev.regrow.schema.testing;

import org.jspecify.annotations.NullMarked;
