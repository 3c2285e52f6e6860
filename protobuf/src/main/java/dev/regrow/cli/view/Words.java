package dev.regrow.cli.view;

import com.google.protobuf.ProtocolMessageEnum;
import dev.regrow.cli.Durations;
import dev.regrow.cli.Table.Cell;
import dev.regrow.cli.Terminal.Tone;
import dev.regrow.v1.InstancePhase;
import dev.regrow.v1.NodePhase;
import dev.regrow.v1.Options;
import dev.regrow.v1.WorkloadPhase;
import java.time.Duration;
import java.util.Locale;

/** Values as words and figures. */
final class Words {
  static final String NONE = "-";

  private Words() {}

  /** As the schema writes it outside. */
  static String of(ProtocolMessageEnum value) {
    var descriptor = value.getValueDescriptor();
    var text = descriptor.getOptions().getExtension(Options.text);
    return text.isEmpty() ? descriptor.getName().toLowerCase(Locale.ROOT).replace('_', '-') : text;
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
    return new Cell(of((ProtocolMessageEnum) phase), tone);
  }

  static Cell of(InstancePhase phase) {
    var tone =
        switch (phase) {
          case INSTANCE_RUNNING -> Tone.GOOD;
          case INSTANCE_FAILED, INSTANCE_LOST, INSTANCE_BACKOFF -> Tone.BAD;
          case INSTANCE_PENDING, INSTANCE_STARTING, INSTANCE_STOPPING -> Tone.UNSURE;
          default -> Tone.PLAIN;
        };
    return new Cell(of((ProtocolMessageEnum) phase), tone);
  }

  static Cell of(NodePhase phase) {
    var tone =
        switch (phase) {
          case NODE_READY -> Tone.GOOD;
          case NODE_UNREACHABLE, NODE_DOWN -> Tone.BAD;
          case NODE_CORDONED, NODE_DRAINING -> Tone.UNSURE;
          default -> Tone.PLAIN;
        };
    return new Cell(of((ProtocolMessageEnum) phase), tone);
  }

  static String or(String text) {
    return text.isEmpty() ? NONE : text;
  }

  /**
   * @param time milliseconds since 1970; 0: never
   */
  static String age(long time, long now) {
    return time == 0 ? NONE : Durations.age(Duration.ofMillis(now - time));
  }

  /** Thousandths of a core as 500m, 1.5 or 2. */
  static String cpu(long millis) {
    if (millis % 1000 == 0) {
      return Long.toString(millis / 1000);
    }
    return millis < 1000 ? millis + "m" : String.format(Locale.ROOT, "%.1f", millis / 1000.0);
  }

  /** Bytes as 128Mi or 1.5Gi. */
  static String bytes(long bytes) {
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
