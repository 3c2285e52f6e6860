/**
 * One class for each command: its options, its help with examples, and the calls that it makes. It
 * may lean on the client library, the schema and the views. Open {@link
 * dev.regrow.cli.command.ApplyCommand} first.
 */
@NullMarked
package dev.regrow.cli.command;

import org.jspecify.annotations.NullMarked;
