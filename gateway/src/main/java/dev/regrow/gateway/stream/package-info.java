/**
 * Answers without an end: watches and logs, each with a bounded buffer between who produces and a
 * client that may be slow.
 *
 * <p>It may lean on the control plane's port, the runtime's logs and the server's streams; not on
 * routes. Open {@link dev.regrow.gateway.stream.WatchFeed} first.
 */
@NullMarked
package dev.regrow.gateway.stream;

import org.jspecify.annotations.NullMarked;
