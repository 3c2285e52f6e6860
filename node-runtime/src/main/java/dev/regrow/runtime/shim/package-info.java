/**
 * The agent's side of the shim's protocol (docs/shim-protocol.md) as far as starting goes: its
 * binary, its configuration, its report.
 *
 * <p>It leans on the JDK only. Open {@link dev.regrow.runtime.shim.ShimConfig} first.
 */
@NullMarked
package dev.regrow.runtime.shim;

import org.jspecify.annotations.NullMarked;
