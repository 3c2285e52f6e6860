package dev.regrow.schema;

import com.google.protobuf.Message;
import dev.regrow.schema.Tree.Scalar;
import dev.regrow.schema.Tree.ScalarType;
import dev.regrow.schema.Tree.Table;
import dev.regrow.v1.Config;
import dev.regrow.v1.Kind;
import dev.regrow.v1.NamedVolume;
import dev.regrow.v1.Namespace;
import dev.regrow.v1.Secret;
import dev.regrow.v1.Workload;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Which message a manifest is, by its {@code kind}. */
final class Kinds {

  private static final Map<String, Message> OTHERS =
      Map.of(
          "Config", Config.getDefaultInstance(),
          "Secret", Secret.getDefaultInstance(),
          "Volume", NamedVolume.getDefaultInstance(),
          "Namespace", Namespace.getDefaultInstance());

  private static final List<String> ALL =
      List.of("Service", "Config", "Secret", "Volume", "Namespace");

  private Kinds() {}

  /** A workload, unless it says that it is something else: that type knows what to say then. */
  static Message typeOf(Tree document) {
    var kind = kind(document);
    Message workload = Workload.getDefaultInstance();
    return kind == null ? workload : OTHERS.getOrDefault(kind.text(), workload);
  }

  /** What is wrong with a kind that is none; null when it is one, or none is written. */
  static @Nullable Violation unknown(Tree document) {
    var kind = kind(document);
    boolean judged = kind != null && kind.type() == ScalarType.TEXT && kind.text().indexOf('$') < 0;
    if (kind == null || !judged || ALL.contains(kind.text())) {
      return null;
    }
    var written = Quoting.quoted(kind.text());
    var meant = Suggestion.nearest(kind.text(), ALL);
    var message =
        EnumNames.of(Kind.getDescriptor()).isLater(kind.text())
            ? " is not supported by this release; write Service, Config, Secret, Volume or Namespace"
            : " is not one of Service, Config, Secret, Volume or Namespace"
                + (meant == null ? "" : "; did you mean " + meant + "?");
    return new Violation("kind", kind.mark().line(), kind.mark().column(), written + message);
  }

  private static @Nullable Scalar kind(Tree document) {
    if (document instanceof Table table) {
      for (var entry : table.entries()) {
        if (entry.key().equals("kind") && entry.value() instanceof Scalar kind) {
          return kind;
        }
      }
    }
    return null;
  }
}
