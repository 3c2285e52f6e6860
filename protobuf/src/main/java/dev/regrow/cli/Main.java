package dev.regrow.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code regrow}: entry point of every client command. */
@Command(name = "regrow", mixinStandardHelpOptions = true)
public final class Main implements Runnable {
  private Main() {}

  /** Runs one command and exits with its code. */
  public static void main(String[] arguments) {
    System.exit(new CommandLine(new Main()).execute(arguments));
  }

  @Override
  public void run() {
    System.out.println("regrow");
  }
}
