package dev.regrow.cli.view;

import dev.regrow.cli.Durations;
import dev.regrow.cli.Table.Cell;
import dev.regrow.cli.Terminal.Tone;
import dev.regrow.v1.InstancePhase;
import dev.regrow.v1.Kind;
import dev.regrow.v1.NodePhase;
import dev.regrow.v1.PlanAction;
import dev.regrow.v1.Reason;
import dev.regrow.v1.WorkloadPhase;
import java.time.Duration;
import java.util.Locale;

/** Values as words and figures. */
final class Words {
  static final String NONE = "-";

  /** Of a digest, its algorithm and 12 digits. */
  private static final int DIGEST_SHOWN = 19;

  private Words() {}

  /**
   * As the schema writes it outside, made of the constant's name: asking the descriptors would load
   * all of them, which takes longer than a command may.
   *
   * @param prefix of the constants of that type, such as "NODE_"
   */
  private static String camel(Enum<?> value, String prefix) {
    var name = value.name();
    var words = name.startsWith(prefix) ? name.substring(prefix.length()) : name;
    if (words.endsWith("UNSPECIFIED") || words.equals("UNRECOGNIZED")) {
      return "Unknown";
    }
    var text = new StringBuilder();
    for (var word : words.split("_", -1)) {
      text.append(word.charAt(0)).append(word.substring(1).toLowerCase(Locale.ROOT));
    }
    return text.toString();
  }

  static String of(Kind kind) {
    return camel(kind, "KIND_");
  }

  static String of(PlanAction action) {
    return action.name().toLowerCase(Locale.ROOT);
  }

  static String of(Reason reason) {
    return switch (reason) {
      case NO_REASON -> "";
      case OOM_KILLED -> "OOMKilled";
      default -> camel(reason, "");
    };
  }

  static Cell of(WorkloadPhase phase) {
    var tone =
        switch (phase) {
          case WORKLOAD_READY, WORKLOAD_COMPLETE -> Tone.GOOD;
          case WORKLOAD_DEGRADED, WORKLOAD_FAILED, WORKLOAD_REVERTED -> Tone.BAD;
          case WORKLOAD_PENDING, WORKLOAD_PROGRESSING, WORKLOAD_PAUSED, WORKLOAD_STOPPING ->
              Tone.UNSURE;
          default -> Tone.PLAIN;
        };
    return new Cell(camel(phase, "WORKLOAD_"), tone);
  }

  static Cell of(InstancePhase phase) {
    var tone =
        switch (phase) {
          case INSTANCE_RUNNING -> Tone.GOOD;
          case INSTANCE_FAILED, INSTANCE_LOST, INSTANCE_BACKOFF -> Tone.BAD;
          case INSTANCE_PENDING, INSTANCE_STARTING, INSTANCE_STOPPING -> Tone.UNSURE;
          default -> Tone.PLAIN;
        };
    return new Cell(camel(phase, "INSTANCE_"), tone);
  }

  static Cell of(NodePhase phase) {
    var tone =
        switch (phase) {
          case NODE_READY -> Tone.GOOD;
          case NODE_UNREACHABLE, NODE_DOWN -> Tone.BAD;
          case NODE_CORDONED, NODE_DRAINING -> Tone.UNSURE;
          default -> Tone.PLAIN;
        };
    return new Cell(camel(phase, "NODE_"), tone);
  }

  static String or(String text) {
    return text.isEmpty() ? NONE : text;
  }

  /** Enough of a digest to tell two apart. */
  static String digest(String whole) {
    return whole.length() > DIGEST_SHOWN ? whole.substring(0, DIGEST_SHOWN) : or(whole);
  }

  /**
   * @param time milliseconds since 1970; 0: never
   */
  static String age(long time, long now) {
    return time == 0 ? NONE : Durations.age(Duration.ofMillis(now - time));
  }

  /** Thousandths of a core as 500m, 1.5 or 2. */
  public static String cpu(long millis) {
    if (millis % 1000 == 0) {
      return Long.toString(millis / 1000);
    }
    return millis < 1000 ? millis + "m" : String.format(Locale.ROOT, "%.1f", millis / 1000.0);
  }

  /** Bytes as 128Mi or 1.5Gi. */
  public static String bytes(long bytes) {
    String[] units = {"", "Ki", "Mi", "Gi", "Ti", "Pi"};
    double value = bytes;
    int unit = 0;
    while (value >= 1024 && unit < units.length - 1) {
      value /= 1024;
      unit++;
    }
    boolean whole = value == Math.rint(value) || value >= 100;
    return whole
        ? Math.round(value) + units[unit]
        : String.format(Locale.ROOT, "%.1f%s", value, units[unit]);
  }
}
