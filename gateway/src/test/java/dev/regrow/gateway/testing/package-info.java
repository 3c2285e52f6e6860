/**
 * A control plane in memory and a gateway in front of it, for tests.
 *
 * <p>It leans on the gateway's public classes. Open {@link
 * dev.regrow.gateway.testing.FakeControlPlane} first.
 */
@NullMarked
package dev.regrow.gateway.testing;

import org.jspecify.annotations.NullMarked;
