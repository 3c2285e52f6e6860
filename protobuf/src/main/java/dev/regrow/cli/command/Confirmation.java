package dev.regrow.cli.command;

import dev.regrow.cli.Failure;
import dev.regrow.cli.Terminal;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/** Asks before what cannot be undone, on a terminal only: a script has said what it wants. */
public final class Confirmation {
  private Confirmation() {}

  /**
   * Returns when the answer is yes.
   *
   * @throws Failure when it is not
   */
  public static void ask(Terminal terminal, boolean yes, String question) {
    if (yes || !terminal.errIsTerminal() || !terminal.inIsTerminal()) {
      return;
    }
    terminal.say(question + " Type yes:");
    try {
      var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
      var answer = in.readLine();
      if (answer == null || !answer.strip().equals("yes")) {
        throw Failure.error("nothing was deleted");
      }
    } catch (IOException e) {
      throw Failure.error("the answer cannot be read: " + e.getMessage());
    }
  }
}
