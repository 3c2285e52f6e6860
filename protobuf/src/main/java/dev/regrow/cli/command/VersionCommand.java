package dev.regrow.cli.command;

import dev.regrow.cli.ExitCode;
import dev.regrow.cli.Output;
import dev.regrow.cli.Terminal;
import dev.regrow.schema.Schema;
import dev.regrow.v1.VersionInfo;
import java.io.IOException;
import java.util.Properties;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code version}: of this program. */
@Command(name = "version", description = "Show the version of this program.")
public final class VersionCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Mixin Output output = new Output();

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  boolean help;

  public VersionCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
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
