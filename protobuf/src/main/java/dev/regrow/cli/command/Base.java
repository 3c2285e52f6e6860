package dev.regrow.cli.command;

import dev.regrow.cli.Connection;
import dev.regrow.cli.Terminal;
import dev.regrow.cli.usage.Command;
import dev.regrow.cli.usage.Usage;
import dev.regrow.client.RegrowClient;
import org.jspecify.annotations.Nullable;

/** What every command that talks to a cluster has. */
abstract class Base implements Command {

  final Terminal terminal;

  final Connection connection = new Connection();

  private @Nullable RegrowClient client;
  private @Nullable String namespace;

  Base(Terminal terminal) {
    this.terminal = terminal;
  }

  /** What the command understands besides. */
  abstract Usage own();

  @Override
  public final Usage usage() {
    return own().with(connection::declare);
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
