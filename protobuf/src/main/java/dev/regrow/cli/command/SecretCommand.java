package dev.regrow.cli.command;

import dev.regrow.cli.ExitCode;
import dev.regrow.cli.Failure;
import dev.regrow.cli.Output;
import dev.regrow.cli.Terminal;
import dev.regrow.cli.usage.Usage;
import dev.regrow.client.ApiException;
import dev.regrow.client.Calls;
import dev.regrow.v1.Secret;
import dev.regrow.v1.SecretKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** {@code secret}: sets keys of a secret, shows which it has, and deletes it. */
public final class SecretCommand extends Base {

  private static final int TRIES = 5;
  private static final int WORDS_MAX = 1 << 10;

  private final List<String> words = new ArrayList<>();

  private final Output output = new Output();

  public SecretCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  Usage own() {
    return Usage.of("secret", "Set keys of a secret; show which it has, or delete it.")
        .arguments(
            "ACTION NAME [KEY=VALUE…]",
            "set, get or delete; of which secret; for set what to set.",
            2,
            WORDS_MAX,
            words::add)
        .with(output::declare)
        .footer(
            "Keys that are not named stay as they are. KEY=@FILE takes a file's text, KEY=- that of"
                + " standard input:",
            "what is written as KEY=VALUE stays in the shell's history. No value is ever shown again.",
            "",
            "Examples:",
            "  regrow secret set db password=@password.txt",
            "  pwgen 32 1 | regrow secret set db password=-",
            "  regrow secret get db",
            "  regrow get secrets");
  }

  @Override
  public int run() {
    var action = words.get(0);
    var name = words.get(1);
    var rest = words.subList(2, words.size());
    if (!action.equals("set") && !rest.isEmpty()) {
      throw Failure.usage("secret " + action + " takes a NAME and nothing more");
    }
    switch (action) {
      case "set" -> set(name, KeyValues.read("secret", rest));
      case "get" -> show(Lookup.secret(client(), namespace(), name));
      case "delete" -> delete(name);
      default -> throw Failure.usage("secret " + action + ": it is set, get or delete");
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

  /** Whether it was created. What is there is kept by its hashes. */
  private boolean put(String name, Map<String, String> values) {
    try {
      var before = client().send(Calls.secret(namespace(), name));
      var next = before.toBuilder().putAllData(values);
      values.keySet().forEach(next::removeHashes);
      client().send(Calls.putSecret(next.build()).ifMatch("\"" + before.getIndex() + "\""));
      return false;
    } catch (ApiException.NotFound none) {
      var first =
          Secret.newBuilder()
              .setKind(SecretKind.SECRET)
              .setName(name)
              .setNamespace(namespace())
              .putAllData(values)
              .build();
      client().send(Calls.putSecret(first).ifAbsent());
      return true;
    }
  }

  private void told(String name, boolean created) {
    if (output.isTable()) {
      terminal.print("secret " + name + (created ? " created" : " changed"));
    } else {
      show(Lookup.secret(client(), namespace(), name));
    }
  }

  private void show(Secret secret) {
    if (!output.isTable()) {
      output.show(terminal, secret, Secret::getName);
      return;
    }
    new TreeMap<>(secret.getHashesMap())
        .forEach((key, hash) -> terminal.print(key + " (hash " + hash.substring(0, 12) + ")"));
  }

  private void delete(String name) {
    try {
      client().send(Calls.deleteSecret(namespace(), name));
    } catch (ApiException.NotFound e) {
      throw Failure.error(
          "there is no secret \""
              + name
              + "\" in namespace "
              + namespace()
              + "\nsee what there is: regrow get secrets");
    }
    terminal.print("secret " + name + " deleted");
  }
}
