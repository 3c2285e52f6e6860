/**
 * The Java client library of Regrow's HTTP API: typed calls, typed errors, streams, and the context
 * that says where the cluster is. It may lean on the schema's messages and the JDK only, and starts
 * in milliseconds because the command line pays for it each time. Open {@link
 * dev.regrow.client.RegrowClient} first.
 */
@NullMarked
package dev.regrow.client;

import org.jspecify.annotations.NullMarked;
