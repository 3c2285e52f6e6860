/**
 * What an instance sees of the machine: the steps that build its root file system, and the user ids
 * that are its own.
 *
 * <p>It leans on the JDK only; the shim carries the steps out. Open {@link
 * dev.regrow.runtime.namespace.RootPlan} first.
 */
@NullMarked
package dev.regrow.runtime.namespace;

import org.jspecify.annotations.NullMarked;
