package dev.regrow.cli.command;

import dev.regrow.cli.Failure;
import dev.regrow.client.Scope;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads {@code k=v,k2=v2}. */
final class Selectors {
  private Selectors() {}

  static Scope in(Scope scope, @Nullable String selector) {
    if (selector == null) {
      return scope;
    }
    var selected = scope;
    for (var label : List.of(selector.split(",", -1))) {
      if (label.indexOf('=') < 1) {
        throw Failure.usage("-l " + selector + ": write it as -l NAME=VALUE,NAME=VALUE");
      }
      selected = selected.labelled(label.strip());
    }
    return selected;
  }
}
