/**
 * Files of this machine on their way into instances and back. What an instance gives is not
 * trusted: nothing of it leads out of where it was asked to go.
 *
 * <p>It may lean on the client's entries, and on nothing of the commands. Open {@link
 * dev.regrow.cli.files.FileTaker} first.
 */
@NullMarked
package dev.regrow.cli.files;

import org.jspecify.annotations.NullMarked;
