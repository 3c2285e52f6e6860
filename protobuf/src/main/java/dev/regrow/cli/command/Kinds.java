package dev.regrow.cli.command;

import dev.regrow.cli.Failure;
import dev.regrow.schema.Suggestion;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What {@code get} and {@code describe} know, by all the names that people use. */
enum Kinds {
  WORKLOADS("workload", "services", "service", "svc", "wl"),
  INSTANCES("instance", "inst"),
  NODES("node"),
  REVISIONS("revision", "rev"),
  EVENTS("event", "ev"),
  TOKENS("token"),
  CONFIGS("config", "cfg"),
  SECRETS("secret"),
  VOLUMES("volume", "vol"),
  NAMESPACES("namespace", "ns");

  /** Joined by blanks. */
  private final String aliases;

  Kinds(String... aliases) {
    this.aliases = String.join(" ", aliases);
  }

  String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Whether they are the whole cluster's. */
  boolean isOfNoNamespace() {
    return this == NODES || this == TOKENS || this == NAMESPACES;
  }

  static boolean isOne(String written) {
    return Arrays.stream(values()).anyMatch(each -> each.isCalled(written));
  }

  private boolean isCalled(String written) {
    var lower = written.toLowerCase(Locale.ROOT);
    return lower.equals(text()) || List.of(aliases.split(" ", -1)).contains(lower);
  }

  /** The kind of that name. */
  static Kinds of(String written) {
    var all = new ArrayList<String>();
    for (var kind : values()) {
      if (kind.isCalled(written)) {
        return kind;
      }
      all.add(kind.text());
    }
    var nearest = Suggestion.nearest(written, all);
    throw Failure.usage(
        "there is no kind \""
            + written
            + "\""
            + (nearest == null ? "" : "; did you mean " + nearest + "?")
            + "\nkinds: "
            + String.join(", ", all));
  }
}
