package dev.regrow.schema;

import dev.regrow.v1.Config;

/** What is true of a config as a whole. Pure. */
final class ConfigRules {

  /** Of all values together: they travel to nodes in one piece, and are kept in memory there. */
  static final int MAX_BYTES = 1_000_000;

  private ConfigRules() {}

  static void check(Config config, Findings findings) {
    for (String key : config.getBinaryDataMap().keySet()) {
      if (config.containsData(key)) {
        findings.add(Path.ROOT.field("binaryData").field(key), "is in data, too; keep one");
      }
    }
    int size = config.getSerializedSize();
    if (size > MAX_BYTES) {
      findings.add(
          Path.ROOT, "has " + size + " bytes in all; at most " + MAX_BYTES + " are allowed");
    }
  }
}
