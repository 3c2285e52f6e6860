package dev.regrow.cli.command;

import dev.regrow.cli.ExitCode;
import dev.regrow.cli.Failure;
import dev.regrow.cli.Terminal;
import dev.regrow.cli.usage.Command;
import dev.regrow.cli.usage.Usage;
import dev.regrow.client.FileTrouble;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** {@code init}: writes a manifest to begin with. */
public final class InitCommand implements Command {
  private final Terminal terminal;

  private String file = "regrow.yaml";

  private String name = "web";

  public InitCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Usage usage() {
    return Usage.of("init", "Write a commented manifest to begin with.")
        .optional("FILE", "Where to (default: regrow.yaml); - for the output.", text -> file = text)
        .option("--name", "NAME", "The workload's name.", text -> name = text)
        .footer(
            "Examples:",
            "  regrow init                  # regrow.yaml, for a Service named web",
            "  regrow init --name shop -    # to the output");
  }

  @Override
  public int run() {
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
      throw Failure.error("cannot write " + file + ": " + FileTrouble.words(e));
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
