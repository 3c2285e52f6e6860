/**
 * The command line {@code regrow}: turns words into calls of the client library and answers into
 * tables, and never decides anything about a cluster itself. It may lean on dev.regrow.client and
 * dev.regrow.schema, nothing heavier, for every class loaded is paid for at every start. Open
 * {@link dev.regrow.cli.Main} first.
 */
@NullMarked
package dev.regrow.cli;

import org.jspecify.annotations.NullMarked;
