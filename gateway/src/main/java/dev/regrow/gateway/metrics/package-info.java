/**
 * What this node counts and measures, in Prometheus' text format.
 *
 * <p>It leans on the JDK and the schema's messages. Open {@link dev.regrow.gateway.metrics.Metrics}
 * first.
 */
@NullMarked
package dev.regrow.gateway.metrics;

import org.jspecify.annotations.NullMarked;
