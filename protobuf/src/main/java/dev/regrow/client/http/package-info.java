/**
 * Just as much HTTP/1.1 as the client needs, over blocking sockets: it knows for each failure
 * whether the request can have arrived, which the JDK's own clients do not tell. It may lean on the
 * JDK only. Open {@link dev.regrow.client.http.HttpTransport} first.
 */
@NullMarked
package dev.regrow.client.http;

import org.jspecify.annotations.NullMarked;
