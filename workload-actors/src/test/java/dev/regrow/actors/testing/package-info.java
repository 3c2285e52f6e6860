/**
 * Hand-written stand-ins for what actors lean on: a machine, clocks, a control plane.
 *
 * <p>They lean on the ports only. Open {@link dev.regrow.actors.testing.FakeNodeRuntime} first.
 */
@NullMarked
package dev.regrow.actors.testing;

import org.jspecify.annotations.NullMarked;
