/**
 * What a run of a scenario showed, as values, and how people and programs are told: a page, JSON,
 * JUnit's XML.
 *
 * <p>All of it is pure: values in, text out; nothing here knows a cluster. Open {@link
 * dev.regrow.chaos.report.RunReport} first.
 */
@NullMarked
package dev.regrow.chaos.report;

import org.jspecify.annotations.NullMarked;
