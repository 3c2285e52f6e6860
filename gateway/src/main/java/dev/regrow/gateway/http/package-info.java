/**
 * HTTP: which path does what, who may, in which format, and how it fails.
 *
 * <p>It may lean on the control plane's port, on the schema and on the server of HTTP, but not on
 * sockets. Open {@link dev.regrow.gateway.http.Routes} first, then {@link
 * dev.regrow.gateway.http.Dispatcher}.
 */
@NullMarked
package dev.regrow.gateway.http;

import org.jspecify.annotations.NullMarked;
