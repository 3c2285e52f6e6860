/**
 * What `regrow bench` runs: each benchmark starts a node of its own, measures through the public
 * API, and says which question it answers.
 *
 * <p>It leans on the harness in {@code chaos.cluster}. Open {@link
 * dev.regrow.chaos.bench.Benchmark} first.
 */
@NullMarked
package dev.regrow.chaos.bench;

import org.jspecify.annotations.NullMarked;
