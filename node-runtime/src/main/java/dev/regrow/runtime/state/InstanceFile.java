package dev.regrow.runtime.state;

import dev.regrow.runtime.Capability;
import dev.regrow.runtime.Grants;
import dev.regrow.runtime.InstanceKey;
import dev.regrow.runtime.LaunchSpec;
import dev.regrow.runtime.LaunchSpec.Limits;
import dev.regrow.runtime.LaunchSpec.Ulimit;
import dev.regrow.runtime.SyscallGroup;
import dev.regrow.runtime.cgroup.Counters;
import dev.regrow.runtime.state.KeyValues.Malformed;
import dev.regrow.runtime.syscall.Signal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What we must know of an instance to adopt it. Neither its command nor its environment is here:
 * that may hold secrets, and a new start comes with its own.
 *
 * @param bootId of the boot that it was started in
 * @param baseline the counters of its cgroups before this attempt
 * @param user null if a release that did not write it down started it
 * @param address its own, if it has one
 * @param warnings as given when it was launched
 */
public record InstanceFile(
    InstanceKey key,
    int attempt,
    String bootId,
    String slot,
    Map<String, String> labels,
    String stopSignal,
    Duration stopGrace,
    Limits limits,
    Counters baseline,
    @Nullable User user,
    @Nullable String address,
    List<String> warnings) {

  private static final long VERSION = 1;

  private static final int ID_MAX = 65_535;
  private static final Pattern ADDRESS = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");

  /**
   * As whom its processes run, and where they start; a further one is started so, too.
   *
   * @param uid 0..65535, inside
   * @param gid likewise
   * @param grants that they have
   */
  public record User(int uid, int gid, String workdir, Grants grants) {}

  /** As in names of cgroups and directories: nothing of a forged file may lead elsewhere. */
  private static final Pattern LABEL = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");

  public InstanceFile {
    labels = Map.copyOf(labels);
    warnings = List.copyOf(warnings);
  }

  /** Of an attempt that is about to start. */
  public static InstanceFile of(
      LaunchSpec spec, String bootId, Counters baseline, @Nullable String address) {
    return new InstanceFile(
        spec.key(),
        spec.attempt(),
        bootId,
        spec.slot(),
        spec.labels(),
        spec.stopSignal(),
        spec.stopGrace(),
        spec.limits(),
        baseline,
        new User(spec.uid(), spec.gid(), spec.workdir(), spec.grants()),
        address,
        List.of());
  }

  public InstanceFile withWarnings(List<String> said) {
    return new InstanceFile(
        key,
        attempt,
        bootId,
        slot,
        labels,
        stopSignal,
        stopGrace,
        limits,
        baseline,
        user,
        address,
        said);
  }

  /** Either an instance, or why the text is none. */
  public record Parsed(Optional<InstanceFile> file, String problem) {}

  public String format() {
    var text = new StringBuilder();
    line(text, "regrow-spec", VERSION);
    line(text, "namespace", key.namespace());
    line(text, "workload", key.workload());
    line(text, "instance", key.instanceId());
    line(text, "attempt", attempt);
    line(text, "boot", bootId);
    line(text, "slot", Escapes.escape(slot));
    line(text, "stop.signal", stopSignal);
    line(text, "stop.grace", stopGrace.toNanos());
    line(text, "limits.cpu", limits.cpuMillis());
    line(text, "limits.cpu-quota", limits.cpuLimitMillis());
    line(text, "limits.memory", limits.memoryBytes());
    line(text, "limits.memory-max", limits.memoryLimitBytes());
    line(text, "limits.pids", limits.pids());
    line(text, "limits.io", limits.ioWeight());
    line(text, "limits.disk", limits.diskBytes());
    new TreeMap<>(limits.ulimits())
        .forEach((limit, value) -> line(text, "ulimit." + limit.word(), value));
    line(text, "baseline.oom", baseline.oomKills());
    line(text, "baseline.pids", baseline.pidsLimitHits());
    if (user != null) {
      line(text, "user.uid", user.uid());
      line(text, "user.gid", user.gid());
      line(text, "user.workdir", Escapes.escape(user.workdir()));
      new TreeSet<>(user.grants().capabilities())
          .forEach(capability -> line(text, "capability." + capability.name(), 1));
      new TreeSet<>(user.grants().syscalls())
          .forEach(group -> line(text, "syscalls." + group.name(), 1));
    }
    if (address != null) {
      line(text, "address", address);
    }
    new TreeMap<>(labels)
        .forEach(
            (name, value) -> line(text, "label." + Escapes.escape(name), Escapes.escape(value)));
    for (int i = 0; i < warnings.size(); i++) {
      line(text, "warning." + i, Escapes.escape(warnings.get(i)));
    }
    return text.toString();
  }

  private static void line(StringBuilder text, String key, Object value) {
    text.append(key).append('=').append(value).append('\n');
  }

  /** Total: whatever the text is, it never throws. Unknown keys are skipped. */
  public static Parsed parse(String text) {
    try {
      return new Parsed(Optional.of(parse(KeyValues.parse(text))), "");
    } catch (Malformed e) {
      return new Parsed(Optional.empty(), e.problem());
    }
  }

  private static InstanceFile parse(KeyValues values) {
    values.number("regrow-spec", VERSION, VERSION);
    var labels = new TreeMap<String, String>();
    var warnings = new ArrayList<String>();
    values
        .all()
        .forEach(
            (name, value) -> {
              if (name.startsWith("label.")) {
                labels.put(Escapes.unescape(name.substring(6)), Escapes.unescape(value));
              } else if (name.startsWith("warning.")) {
                warnings.add(Escapes.unescape(value));
              }
            });
    return new InstanceFile(
        new InstanceKey(
            label(values, "namespace"), label(values, "workload"), label(values, "instance")),
        (int) values.number("attempt", 1, Integer.MAX_VALUE),
        values.text("boot"),
        Escapes.unescape(values.text("slot")),
        labels,
        signal(values.text("stop.signal")),
        Duration.ofNanos(values.number("stop.grace", 0, Long.MAX_VALUE)),
        new Limits(
            amount(values, "limits.cpu"),
            amount(values, "limits.cpu-quota"),
            amount(values, "limits.memory"),
            amount(values, "limits.memory-max"),
            amount(values, "limits.pids"),
            // An earlier release had none of these.
            values.optionalNumber("limits.io", 0, Integer.MAX_VALUE).orElse(0L).intValue(),
            values.optionalNumber("limits.disk", 0, Long.MAX_VALUE).orElse(0L),
            ulimits(values)),
        new Counters(amount(values, "baseline.oom"), amount(values, "baseline.pids")),
        user(values),
        address(values),
        warnings);
  }

  private static Map<Ulimit, Long> ulimits(KeyValues values) {
    var said = new EnumMap<Ulimit, Long>(Ulimit.class);
    for (var limit : Ulimit.values()) {
      values
          .optionalNumber("ulimit." + limit.word(), 0, Long.MAX_VALUE)
          .ifPresent(value -> said.put(limit, value));
    }
    return said;
  }

  private static @Nullable User user(KeyValues values) {
    return values.all().containsKey("user.uid")
        ? new User(
            (int) values.number("user.uid", 0, ID_MAX),
            (int) values.number("user.gid", 0, ID_MAX),
            Escapes.unescape(values.text("user.workdir")),
            grants(values))
        : null;
  }

  /** Those that are known here: a further process never has more. */
  private static Grants grants(KeyValues values) {
    return new Grants(
        named("capability.", Capability.values(), values),
        named("syscalls.", SyscallGroup.values(), values));
  }

  private static <E extends Enum<E>> Set<E> named(String prefix, E[] all, KeyValues values) {
    return Arrays.stream(all)
        .filter(each -> values.all().containsKey(prefix + each.name()))
        .collect(Collectors.toSet());
  }

  private static @Nullable String address(KeyValues values) {
    var address = values.all().get("address");
    if (address != null && !ADDRESS.matcher(address).matches()) {
      throw new Malformed("address is none: '" + address + "'");
    }
    return address;
  }

  private static String label(KeyValues values, String key) {
    var value = values.text(key);
    if (!LABEL.matcher(value).matches()) {
      throw new Malformed(key + " is no RFC 1123 label: '" + value + "'");
    }
    return value;
  }

  private static String signal(String name) {
    return Signal.named(name)
        .map(Signal::name)
        .orElseThrow(() -> new Malformed("stop.signal is unknown: '" + name + "'"));
  }

  private static long amount(KeyValues values, String key) {
    return values.number(key, 0, Long.MAX_VALUE);
  }
}
