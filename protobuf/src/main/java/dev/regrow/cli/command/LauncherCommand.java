package dev.regrow.cli.command;

import dev.regrow.cli.Failure;
import dev.regrow.cli.usage.Command;
import dev.regrow.cli.usage.Usage;

/** A command that the launcher starts in a JVM of its own; it is here for the help only. */
public record LauncherCommand(String name, String description) implements Command {

  @Override
  public Usage usage() {
    return Usage.of(name, description).unread();
  }

  @Override
  public int run() {
    throw Failure.error("\"" + name + "\" is started by the launcher: use bin/regrow " + name);
  }
}
