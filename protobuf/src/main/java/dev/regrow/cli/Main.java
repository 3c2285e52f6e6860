package dev.regrow.cli;

import dev.regrow.cli.usage.Words;
import dev.regrow.cli.usage.WrongUsageException;
import dev.regrow.client.ApiException;
import dev.regrow.schema.Suggestion;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;

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
    var words = new ArrayList<>(List.of(arguments));
    if (!words.isEmpty() && words.get(0).equals("help")) {
      words.remove(0);
      words.add("--help");
    } else if (!words.isEmpty() && words.get(0).equals("--version")) {
      words.set(0, "version");
    }
    int code = words.isEmpty() ? help(terminal) : run(terminal, words.get(0), words);
    terminal.flush();
    return code;
  }

  private static int run(Terminal terminal, String name, List<String> words) {
    if (name.equals("--help") || name.equals("-h")) {
      return help(terminal);
    }
    var command = Commands.command(terminal, name);
    if (command == null) {
      return unknown(terminal, name);
    }
    try {
      var usage = command.usage();
      if (Words.read(usage, words.subList(1, words.size()))) {
        return command.run();
      }
      terminal.out().print(usage.help());
      return ExitCode.OK;
    } catch (WrongUsageException e) {
      terminal.say("regrow: " + e.getMessage() + "\nhow to use it: regrow " + name + " --help");
      return ExitCode.USAGE;
    } catch (OutOfMemoryError e) {
      terminal.say(
          "regrow: %s takes more memory than the %d MB that it may have; give it more: -Xmx in bin/client.options"
              .formatted(name, Runtime.getRuntime().maxMemory() >> 20));
      return ExitCode.ERROR;
    } catch (IOException | RuntimeException | Error e) {
      return failed(terminal, e);
    }
  }

  private static int help(Terminal terminal) {
    terminal.out().print(Commands.help(terminal));
    return ExitCode.OK;
  }

  private static int unknown(Terminal terminal, String name) {
    var later = Commands.later(name);
    if (later != null) {
      terminal.say("regrow: " + name + ": " + later);
      return ExitCode.USAGE;
    }
    var nearest = Suggestion.nearest(name, Commands.names());
    terminal.say(
        "regrow: there is no command \""
            + name
            + "\""
            + (nearest == null ? "" : "; did you mean \"" + nearest + "\"?")
            + "\nsee all: regrow --help");
    return ExitCode.USAGE;
  }

  private static int failed(Terminal terminal, Throwable e) {
    if (e instanceof Failure failure) {
      terminal.say("regrow: " + failure.getMessage());
      return failure.exitCode();
    }
    if (e instanceof ApiException api) {
      terminal.say("regrow: " + Errors.words(api));
      return Errors.exitCode(api);
    }
    if (System.getenv("REGROW_DEBUG") != null) {
      var trace = new StringWriter();
      e.printStackTrace(new PrintWriter(trace, true));
      terminal.say(trace.toString());
    }
    terminal.say("regrow: this is a bug of regrow: " + e + "\nwith REGROW_DEBUG=1 it says more");
    return ExitCode.ERROR;
  }
}
