package dev.regrow.schema;

import dev.regrow.v1.Config;
import dev.regrow.v1.Secret;
import java.util.Map;

/** What is true of a config or a secret as a whole. Pure. */
final class ConfigRules {

  /** Of all values together: they travel to nodes in one piece, and are kept in memory there. */
  static final int MAX_BYTES = 1_000_000;

  private ConfigRules() {}

  static void check(Config config, Findings findings) {
    check(config.getDataMap(), config.getBinaryDataMap(), config.getSerializedSize(), findings);
  }

  static void check(Secret secret, Findings findings) {
    check(secret.getDataMap(), secret.getBinaryDataMap(), secret.getSerializedSize(), findings);
  }

  private static void check(
      Map<String, String> data, Map<String, ?> binaryData, int size, Findings findings) {
    for (String key : binaryData.keySet()) {
      if (data.containsKey(key)) {
        findings.add(Path.ROOT.field("binaryData").field(key), "is in data, too; keep one");
      }
    }
    if (size > MAX_BYTES) {
      findings.add(
          Path.ROOT, "has " + size + " bytes in all; at most " + MAX_BYTES + " are allowed");
    }
  }
}
