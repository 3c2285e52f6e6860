/**
 * Stand-ins for a cluster, for tests of whatever talks to one. It may lean on the JDK's HTTP
 * server. Open {@link dev.regrow.client.testing.FakeGateway} first.
 */
@NullMarked
package dev.regrow.client.testing;

import org.jspecify.annotations.NullMarked;
