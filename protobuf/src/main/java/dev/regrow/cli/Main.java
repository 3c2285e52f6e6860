package dev.regrow.cli;

import dev.regrow.client.ApiException;
import dev.regrow.schema.Suggestion;
import java.util.Arrays;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** {@code regrow}: the entry point of every command that talks to a cluster. */
public final class Main {
  private Main() {}

  /** Runs one command and exits with its code. */
  public static void main(String[] arguments) {
    var terminal = Terminal.ofProcess(System.getProperty("regrow.tty", ""), System.getenv());
    int code = run(terminal, arguments);
    terminal.flush();
    // Not exit: nothing of ours waits for the end, and the hooks that do nothing cost milliseconds.
    Runtime.getRuntime().exit(code);
  }

  /** Runs one command. */
  public static int run(Terminal terminal, String... arguments) {
    var named = arguments.length == 0 ? "" : arguments[0];
    if (!named.isEmpty() && !named.startsWith("-") && !Commands.names().contains(named)) {
      return unknown(terminal, named);
    }
    var line = Commands.line(terminal, named);
    line.setOut(terminal.out());
    line.setErr(terminal.out());
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setAbbreviatedOptionsAllowed(false);
    line.setColorScheme(CommandLine.Help.defaultColorScheme(Ansi.OFF));
    line.setParameterExceptionHandler((e, args) -> usage(terminal, e));
    line.setExecutionExceptionHandler((e, at, parsed) -> failed(terminal, e));
    int code = line.execute(arguments);
    terminal.flush();
    return code;
  }

  private static int unknown(Terminal terminal, String name) {
    var nearest = Suggestion.nearest(name, Commands.names());
    terminal.say(
        "regrow: there is no command \""
            + name
            + "\""
            + (nearest == null ? "" : "; did you mean \"" + nearest + "\"?")
            + "\nsee all: regrow --help");
    return ExitCode.USAGE;
  }

  private static int usage(Terminal terminal, ParameterException e) {
    var command = e.getCommandLine().getCommandSpec();
    var words = new StringBuilder("regrow: ").append(lowerFirst(String.valueOf(e.getMessage())));
    if (e instanceof UnmatchedArgumentException unmatched && !unmatched.getUnmatched().isEmpty()) {
      var written = unmatched.getUnmatched().get(0);
      var options = command.options().stream().flatMap(o -> Arrays.stream(o.names())).toList();
      var candidates =
          written.startsWith("-") ? options : e.getCommandLine().getSubcommands().keySet();
      var nearest = Suggestion.nearest(written, candidates);
      words.setLength(0);
      words.append("regrow: \"").append(written).append("\" is not expected here");
      words.append(nearest == null ? "" : "; did you mean \"" + nearest + "\"?");
    }
    terminal.say(words + "\nhow to use it: " + command.qualifiedName() + " --help");
    return ExitCode.USAGE;
  }

  private static int failed(Terminal terminal, Exception e) {
    if (e instanceof Failure failure) {
      terminal.say("regrow: " + failure.getMessage());
      return failure.exitCode();
    }
    if (e instanceof ApiException api) {
      terminal.say("regrow: " + Errors.words(api));
      return Errors.exitCode(api);
    }
    if (System.getenv("REGROW_DEBUG") != null) {
      e.printStackTrace();
    }
    terminal.say("regrow: this is a bug of regrow: " + e + "\nwith REGROW_DEBUG=1 it says more");
    return ExitCode.ERROR;
  }

  private static String lowerFirst(String text) {
    return text.isEmpty()
        ? text
        : text.substring(0, 1).toLowerCase(Locale.ROOT) + text.substring(1);
  }
}
