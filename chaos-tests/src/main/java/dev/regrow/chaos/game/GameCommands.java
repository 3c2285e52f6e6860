package dev.regrow.chaos.game;

import dev.regrow.cli.Errors;
import dev.regrow.cli.ExitCode;
import dev.regrow.cli.Failure;
import dev.regrow.cli.Terminal;
import dev.regrow.cli.usage.Command;
import dev.regrow.cli.usage.Words;
import dev.regrow.cli.usage.WrongUsageException;
import dev.regrow.client.ApiException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** {@code regrow chaos list} and {@code regrow chaos run}, as the command line knows them. */
public final class GameCommands {

  /** Those of them. */
  public static final List<String> NAMES = List.of("list", "run");

  private GameCommands() {}

  /** The exit code of one of these, with its arguments. */
  public static int run(String name, List<String> arguments) {
    var terminal =
        new Terminal(
            new PrintWriter(System.out, false, StandardCharsets.UTF_8),
            new PrintWriter(System.err, true, StandardCharsets.UTF_8),
            false,
            false,
            false,
            false);
    int code = run(terminal, name, arguments);
    terminal.flush();
    return code;
  }

  static int run(Terminal terminal, String name, List<String> arguments) {
    Command command = name.equals("list") ? new ListCommand(terminal) : new RunCommand(terminal);
    try {
      var usage = command.usage();
      if (Words.read(usage, arguments)) {
        return command.run();
      }
      terminal.out().print(usage.help());
      return ExitCode.OK;
    } catch (WrongUsageException e) {
      terminal.say(
          "regrow: %s\nhow to use it: regrow chaos %s --help".formatted(e.getMessage(), name));
      return ExitCode.USAGE;
    } catch (Failure failure) {
      terminal.say("regrow: " + failure.getMessage());
      return failure.exitCode();
    } catch (ApiException e) {
      terminal.say("regrow: " + Errors.words(e));
      return Errors.exitCode(e);
    } catch (IOException | IllegalStateException | java.io.UncheckedIOException e) {
      terminal.say("regrow: " + e.getMessage());
      return ExitCode.ERROR;
    } catch (AssertionError late) { // A lab did not come to be, or did not go, in time.
      terminal.say("regrow: " + late.getMessage());
      return ExitCode.ERROR;
    }
  }
}
