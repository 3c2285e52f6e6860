/**
 * The cluster of this machine: {@code up} and {@code down}, and how they find, start and end a
 * node's JVM without ever signalling a stranger. It may lean on the client library and the JDK.
 * Open {@link dev.regrow.cli.local.LocalCluster} first.
 */
@NullMarked
package dev.regrow.cli.local;

import org.jspecify.annotations.NullMarked;
