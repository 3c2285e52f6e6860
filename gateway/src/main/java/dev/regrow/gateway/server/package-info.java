/**
 * HTTP/1.1 on sockets: requests in, answers out, in order and within bounds.
 *
 * <p>It may lean on Netty, which nothing else here knows, and on nothing of ours. Open {@link
 * dev.regrow.gateway.server.Handler} first, then {@link dev.regrow.gateway.server.Connection}.
 */
@NullMarked
package dev.regrow.gateway.server;

import org.jspecify.annotations.NullMarked;
