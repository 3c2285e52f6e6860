package dev.regrow.runtime.state;

import dev.regrow.runtime.state.KeyValues.Malformed;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a shim says of its attempt (docs/shim-protocol.md). Start times are clock ticks since boot.
 *
 * @param exit null while it runs
 * @param finishedAt null while it runs
 */
public record Status(
    int attempt,
    ProcessId shim,
    ProcessId init,
    ProcessId workload,
    long startedBoottimeNanos,
    Instant startedAt,
    @Nullable Exit exit,
    @Nullable Instant finishedAt,
    Killed killed,
    long logBytesDropped) {

  /** Of the shims that we know how to drive. */
  private static final long VERSION = 1;

  private static final long MAX_PID = 1 << 22;

  /** A pid means nothing without the time of its start: the number is soon another's. */
  public record ProcessId(int pid, long startTicks) {}

  /**
   * How it ended: one of the two is set.
   *
   * @param code 0..255
   * @param signal 1..64
   */
  public record Exit(@Nullable Integer code, @Nullable Integer signal) {}

  /** Why the shim itself killed the instance. */
  public enum Killed {
    NONE,
    GRACE,
    COMMAND,
    LEASE
  }

  /** Either a status, or why the text is none. */
  public record Parsed(Optional<Status> status, String problem) {}

  /** Total: whatever the text is, it never throws. Unknown keys are skipped. */
  public static Parsed parse(String text) {
    try {
      return new Parsed(Optional.of(parse(KeyValues.parse(text))), "");
    } catch (Malformed e) {
      return new Parsed(Optional.empty(), e.problem());
    }
  }

  private static Status parse(KeyValues values) {
    values.number("regrow-status", VERSION, VERSION);
    var state = values.text("state");
    boolean exited = state.equals("exited");
    if (!exited && !state.equals("running")) {
      throw new Malformed("state is neither running nor exited: '" + state + "'");
    }
    return new Status(
        (int) values.number("attempt", 1, Integer.MAX_VALUE),
        process(values, "shim"),
        process(values, "init"),
        process(values, "workload"),
        values.number("started.boottime", 0, Long.MAX_VALUE),
        time(values.number("started.realtime", 0, Long.MAX_VALUE)),
        exited ? exit(values) : null,
        exited ? time(values.number("finished.realtime", 0, Long.MAX_VALUE)) : null,
        killed(values.get("killed")),
        values.optionalNumber("log.dropped", 0, Long.MAX_VALUE).orElse(0L));
  }

  private static ProcessId process(KeyValues values, String name) {
    return new ProcessId(
        (int) values.number(name + ".pid", 1, MAX_PID),
        values.number(name + ".start", 0, Long.MAX_VALUE));
  }

  private static Exit exit(KeyValues values) {
    var code = values.optionalNumber("exit.code", 0, 255).map(Long::intValue);
    var signal = values.optionalNumber("exit.signal", 1, 64).map(Long::intValue);
    if (code.isPresent() == signal.isPresent()) {
      throw new Malformed("exited with neither or both of exit.code and exit.signal");
    }
    return new Exit(code.orElse(null), signal.orElse(null));
  }

  private static Killed killed(@Nullable String text) {
    if (text == null) {
      return Killed.NONE;
    }
    return switch (text) {
      case "grace" -> Killed.GRACE;
      case "command" -> Killed.COMMAND;
      case "lease" -> Killed.LEASE;
      default -> Killed.NONE; // a later release's reason is still an end
    };
  }

  private static Instant time(long realtimeNanos) {
    return Instant.ofEpochSecond(realtimeNanos / 1_000_000_000L, realtimeNanos % 1_000_000_000L);
  }
}
