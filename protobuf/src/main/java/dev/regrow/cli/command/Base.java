package dev.regrow.cli.command;

import dev.regrow.cli.Connection;
import dev.regrow.cli.Terminal;
import dev.regrow.client.RegrowClient;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What every command that talks to a cluster has. */
abstract class Base implements Callable<Integer> {

  final Terminal terminal;

  @Mixin Connection connection = new Connection();

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  boolean help;

  private @Nullable RegrowClient client;
  private @Nullable String namespace;

  Base(Terminal terminal) {
    this.terminal = terminal;
  }

  RegrowClient client() {
    if (client == null) {
      client = connection.client();
      namespace = client.context().namespace();
    }
    return client;
  }

  /** Where names are looked up. */
  String namespace() {
    client();
    return String.valueOf(namespace);
  }
}
