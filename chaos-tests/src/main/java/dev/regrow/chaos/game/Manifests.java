package dev.regrow.chaos.game;

import dev.regrow.cli.Failure;
import dev.regrow.cli.command.Declaration;
import dev.regrow.schema.Schema;
import dev.regrow.schema.Syntax;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** Reads the manifests that a scenario applies. */
final class Manifests {

  private Manifests() {}

  /**
   * What others use comes first.
   *
   * @param namespace of those that name none
   */
  static List<Declaration> read(Source source, List<String> files, String namespace) {
    var declared = new ArrayList<Declaration>();
    var wrong = new ArrayList<String>();
    for (String file : files) {
      for (var parsed : Schema.parseManifests(source.beside(file), Syntax.YAML, Map.of())) {
        if (parsed.ok()) {
          var each = Declaration.of(parsed.orThrow());
          declared.add(each.namespace().isEmpty() ? each.in(namespace) : each);
        } else {
          parsed.violations().forEach(each -> wrong.add(file + ":" + each));
        }
      }
    }
    if (!wrong.isEmpty()) {
      throw Failure.error("nothing was changed:\n  " + String.join("\n  ", wrong));
    }
    declared.sort(Declaration.usedFirst());
    return declared;
  }

  /** Names of what it declares, for words. */
  static String names(List<Declaration> declared) {
    return String.join(
        ", ", declared.stream().map(Declaration::name).sorted(Comparator.naturalOrder()).toList());
  }
}
