package dev.regrow.cli.command;

import dev.regrow.cli.ExitCode;
import dev.regrow.cli.Failure;
import dev.regrow.cli.Terminal;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code init}: writes a manifest to begin with. */
@Command(
    name = "init",
    description = "Write a commented manifest to begin with.",
    footer = {
      "",
      "Examples:",
      "  regrow init                  # regrow.yaml, for a Service named web",
      "  regrow init --name shop -    # to the output"
    })
public final class InitCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Parameters(
      arity = "0..1",
      paramLabel = "FILE",
      defaultValue = "regrow.yaml",
      description = "Where to (default: regrow.yaml); - for the output.")
  String file = "regrow.yaml";

  @Option(names = "--name", defaultValue = "web", description = "The workload's name.")
  String name = "web";

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  boolean help;

  public InitCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    var manifest = template().replace("@NAME@", name);
    if (file.equals("-")) {
      terminal.out().print(manifest);
      return ExitCode.OK;
    }
    try {
      Files.writeString(Path.of(file), manifest, StandardOpenOption.CREATE_NEW);
    } catch (FileAlreadyExistsException e) {
      throw Failure.error(file + " exists already; give another name: regrow init FILE");
    } catch (IOException e) {
      throw Failure.error("cannot write " + file + ": " + e);
    }
    terminal.print(file);
    terminal.say("next: edit it, then: regrow apply -f " + file + " --wait");
    return ExitCode.OK;
  }

  private static String template() {
    try (var in = InitCommand.class.getResourceAsStream("/dev/regrow/cli/starter.yaml")) {
      if (in == null) {
        throw new IllegalStateException("starter.yaml is missing in the jar");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new IllegalStateException("starter.yaml of the jar cannot be read", e);
    }
  }
}
