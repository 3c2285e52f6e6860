package dev.regrow.schema;

import com.google.protobuf.Message;
import dev.regrow.schema.Tree.Scalar;
import dev.regrow.schema.Tree.Table;
import dev.regrow.v1.Config;
import dev.regrow.v1.NamedVolume;
import dev.regrow.v1.Secret;
import dev.regrow.v1.Workload;
import java.util.Map;

/** Which message a manifest is, by its {@code kind}. */
final class Kinds {

  private static final Map<String, Message> OTHERS =
      Map.of(
          "Config", Config.getDefaultInstance(),
          "Secret", Secret.getDefaultInstance(),
          "Volume", NamedVolume.getDefaultInstance());

  private Kinds() {}

  /** A workload, unless it says that it is something else: that type knows what to say then. */
  static Message typeOf(Tree document) {
    if (document instanceof Table table) {
      for (var entry : table.entries()) {
        if (entry.key().equals("kind") && entry.value() instanceof Scalar kind) {
          return OTHERS.getOrDefault(kind.text(), Workload.getDefaultInstance());
        }
      }
    }
    return Workload.getDefaultInstance();
  }
}
