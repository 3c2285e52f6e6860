package dev.regrow.cli.command;

import dev.regrow.cli.ExitCode;
import dev.regrow.cli.Output;
import dev.regrow.cli.Terminal;
import dev.regrow.cli.usage.Command;
import dev.regrow.cli.usage.Usage;
import dev.regrow.schema.Schema;
import dev.regrow.v1.VersionInfo;
import java.io.IOException;
import java.util.Properties;

/** {@code version}: of this program. */
public final class VersionCommand implements Command {
  private final Terminal terminal;

  private final Output output = new Output();

  public VersionCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Usage usage() {
    return Usage.of("version", "Show the version of this program.").with(output::declare);
  }

  @Override
  public int run() {
    var info =
        VersionInfo.newBuilder()
            .setVersion(version())
            .setSchemaVersion(Schema.VERSION)
            .setJava(Runtime.version().toString())
            .build();
    if (output.isTable()) {
      terminal.print("regrow " + info.getVersion() + " (Java " + info.getJava() + ")");
    } else {
      output.show(terminal, info, VersionInfo::getVersion);
    }
    return ExitCode.OK;
  }

  /** As the build wrote it into the jar. */
  static String version() {
    var properties = new Properties();
    try (var in = VersionCommand.class.getResourceAsStream("/dev/regrow/version.properties")) {
      if (in != null) {
        properties.load(in);
      }
    } catch (IOException e) {
      throw new IllegalStateException("version.properties of the jar cannot be read", e);
    }
    return properties.getProperty("version", "unknown");
  }
}
