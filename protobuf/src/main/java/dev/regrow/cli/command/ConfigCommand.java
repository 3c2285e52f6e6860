package dev.regrow.cli.command;

import dev.regrow.cli.ExitCode;
import dev.regrow.cli.Failure;
import dev.regrow.cli.Output;
import dev.regrow.cli.Terminal;
import dev.regrow.cli.usage.Usage;
import dev.regrow.client.ApiException;
import dev.regrow.client.Calls;
import dev.regrow.client.RegrowClient;
import dev.regrow.v1.Config;
import dev.regrow.v1.ConfigKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** {@code config}: sets keys of a config, shows and deletes it. */
public final class ConfigCommand extends Base {

  private static final int TRIES = 5;
  private static final int WORDS_MAX = 1 << 10;

  private final List<String> words = new ArrayList<>();

  private final Output output = new Output();

  public ConfigCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  Usage own() {
    return Usage.of("config", "Set keys of a config; show or delete it.")
        .arguments(
            "ACTION NAME [KEY=VALUE…]",
            "set, get or delete; of which config; for set what to set.",
            2,
            WORDS_MAX,
            words::add)
        .with(output::declare)
        .footer(
            "Keys that are not named stay as they are. KEY=@FILE takes a file's text, KEY=- that of"
                + " standard input.",
            "",
            "Examples:",
            "  regrow config set web MODE=dark LIMITS=@limits.json",
            "  regrow config get web -o yaml",
            "  regrow get configs");
  }

  @Override
  public int run() {
    var action = words.get(0);
    var name = words.get(1);
    var rest = words.subList(2, words.size());
    if (!action.equals("set") && !rest.isEmpty()) {
      throw Failure.usage("config " + action + " takes a NAME and nothing more");
    }
    switch (action) {
      case "set" -> set(name, KeyValues.read("config", rest));
      case "get" -> show(find(name));
      case "delete" -> delete(name);
      default -> throw Failure.usage("config " + action + ": it is set, get or delete");
    }
    return ExitCode.OK;
  }

  private void set(String name, Map<String, String> values) {
    for (int i = 1; ; i++) {
      try {
        told(name, put(name, values));
        return;
      } catch (ApiException.Stale changedMeanwhile) {
        if (i == TRIES) {
          throw changedMeanwhile;
        }
      }
    }
  }

  /** Whether it was created. */
  private boolean put(String name, Map<String, String> values) {
    var call = Calls.config(namespace(), name);
    try {
      var before = client().send(call);
      var next = before.toBuilder().putAllData(values).build();
      client().send(Calls.putConfig(next).ifMatch("\"" + before.getIndex() + "\""));
      return false;
    } catch (ApiException.NotFound none) {
      var first =
          Config.newBuilder()
              .setKind(ConfigKind.CONFIG)
              .setName(name)
              .setNamespace(namespace())
              .putAllData(values)
              .build();
      client().send(Calls.putConfig(first).ifAbsent());
      return true;
    }
  }

  private void told(String name, boolean created) {
    if (output.isTable()) {
      terminal.print("config " + name + (created ? " created" : " changed"));
    } else {
      show(find(name));
    }
  }

  private void show(Config config) {
    if (!output.isTable()) {
      output.show(terminal, config, Config::getName);
      return;
    }
    new java.util.TreeMap<>(config.getDataMap())
        .forEach((key, value) -> terminal.print(key + "=" + value));
    new java.util.TreeMap<>(config.getBinaryDataMap())
        .forEach((key, value) -> terminal.print(key + " (" + value.size() + " bytes)"));
  }

  private Config find(String name) {
    return find(client(), namespace(), name);
  }

  static Config find(RegrowClient client, String namespace, String name) {
    try {
      return client.send(Calls.config(namespace, name));
    } catch (ApiException.NotFound e) {
      throw noConfig(namespace, name);
    }
  }

  private void delete(String name) {
    try {
      client().send(Calls.deleteConfig(namespace(), name));
    } catch (ApiException.NotFound e) {
      throw noConfig(namespace(), name);
    }
    terminal.print("config " + name + " deleted");
  }

  static Failure noConfig(String namespace, String name) {
    return Failure.error(
        "there is no config \""
            + name
            + "\" in namespace "
            + namespace
            + "\nsee what there is: regrow get configs");
  }
}
