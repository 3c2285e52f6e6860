/**
 * How words of a command line reach a command, and how its help is written. It leans on the JDK
 * only and uses no reflection, because a library that reads annotations took a third of the time of
 * a whole command. Open {@link dev.regrow.cli.usage.Usage} first.
 */
@NullMarked
package dev.regrow.cli.usage;

import org.jspecify.annotations.NullMarked;
