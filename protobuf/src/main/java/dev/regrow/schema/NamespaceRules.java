package dev.regrow.schema;

import dev.regrow.v1.Namespace;
import dev.regrow.v1.Relaxation;
import java.util.EnumSet;

/** What is true of a namespace as a whole. Pure. */
final class NamespaceRules {

  private NamespaceRules() {}

  static void check(Namespace namespace, Findings findings) {
    var seen = EnumSet.noneOf(Relaxation.class);
    var places = findings.places(Path.ROOT.field("allow"), namespace.getAllowCount());
    for (int i = 0; i < namespace.getAllowCount(); i++) {
      var allowed = namespace.getAllow(i);
      if (allowed != Relaxation.UNRECOGNIZED && !seen.add(allowed)) {
        findings.add(places.get(i), "stands there twice; keep one");
      }
    }
  }
}
