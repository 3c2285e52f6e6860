/**
 * What the control plane decides on: workloads, revisions, assignments and what is known of them.
 *
 * <p>Plain immutable values that lean on nothing but the JDK. Open {@link
 * dev.regrow.core.model.Records} first.
 */
@NullMarked
package dev.regrow.core.model;

import org.jspecify.annotations.NullMarked;
