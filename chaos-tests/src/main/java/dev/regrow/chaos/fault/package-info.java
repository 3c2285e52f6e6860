/**
 * Faults as values: what goes wrong, where, for how long; written as YAML, drawn from a seed, and
 * played against whatever can inject them, a lab or a running cluster.
 *
 * <p>All of it but the playing is pure. It leans on the JDK alone; who can do what it asks for
 * implements {@link dev.regrow.chaos.fault.Injector}. Open {@link dev.regrow.chaos.fault.Fault}
 * first.
 */
@NullMarked
package dev.regrow.chaos.fault;

import org.jspecify.annotations.NullMarked;
