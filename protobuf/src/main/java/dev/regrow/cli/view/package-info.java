/**
 * How objects look in a terminal: tables, descriptions, timelines and progress, as pure functions
 * of the objects and the time. It may lean on the schema's messages and on {@link
 * dev.regrow.cli.Table}. Open {@link dev.regrow.cli.view.Tables} first.
 */
@NullMarked
package dev.regrow.cli.view;

import org.jspecify.annotations.NullMarked;
