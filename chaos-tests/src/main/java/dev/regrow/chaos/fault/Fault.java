package dev.regrow.chaos.fault;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One thing that goes wrong: what, where, for how long. A value; equal faults do the same.
 *
 * <pre>
 *   {kind: machine-death, on: n2, for: 10s}
 *   {kind: link-delay, on: [n1, n2], to: n3, delay: 200ms, for: 1m}
 *   {kind: instance-kill, on: web}
 *   {kind: jvm-stop, on: node-of web-0, for: 5s}
 * </pre>
 *
 * @param on whom: names, or one of the words of {@link Aiming}; empty if it is aimed at the cluster
 * @param to of links: to whom; empty for all others
 * @param lasts until it is undone; 0 if its kind is over at once
 * @param settings every number of its kind, by name, in its unit
 */
public record Fault(
    FaultKind kind,
    List<String> on,
    List<String> to,
    Duration lasts,
    SortedMap<String, Long> settings) {

  /** When nothing is said. */
  public static final Duration USUALLY_LASTS = Duration.ofSeconds(10);

  /**
   * @throws FaultException if a setting is none of its kind's, or out of its range
   */
  public Fault {
    on = List.copyOf(on);
    to = List.copyOf(to);
    var all = new TreeMap<String, Long>();
    kind.settings().forEach(each -> all.put(each.name(), each.usual()));
    all.putAll(settings);
    settings = Collections.unmodifiableSortedMap(all);
    FaultText.check(kind, on, to, lasts, settings);
  }

  /** A fault with the usual numbers. */
  public static Fault of(FaultKind kind, Duration lasts, String... on) {
    return new Fault(
        kind, List.of(on), List.of(), kind.lasting() ? lasts : Duration.ZERO, new TreeMap<>());
  }

  /** The same with another number. */
  public Fault with(String setting, long value) {
    var more = new TreeMap<>(settings);
    more.put(setting, value);
    return new Fault(kind, on, to, lasts, more);
  }

  /** The same for whom is named. */
  public Fault on(List<String> names) {
    return new Fault(kind, names, to, lasts, settings);
  }

  /**
   * Reads what a YAML map says.
   *
   * @param fields texts, numbers, or lists of these, by name
   * @throws FaultException naming each mistake
   */
  public static Fault parse(Map<String, ?> fields) {
    return FaultText.parse(fields);
  }

  /** What {@link #parse} reads back as this. A name alone stands for a list of it. */
  public Map<String, Object> fields() {
    var fields = new LinkedHashMap<String, Object>();
    fields.put("kind", kind.text());
    if (!on.isEmpty()) {
      fields.put("on", on.size() == 1 ? on.get(0) : on);
    }
    if (!to.isEmpty()) {
      fields.put("to", to.size() == 1 ? to.get(0) : to);
    }
    kind.settings().forEach(each -> fields.put(each.name(), each.unit().write(setting(each))));
    if (kind.lasting()) {
      fields.put("for", Unit.MILLIS.write(lasts.toMillis()));
    }
    return fields;
  }

  /** In its unit. */
  public long setting(String name) {
    Long value = settings.get(name);
    if (value == null) {
      throw new IllegalArgumentException(kind + " has no " + name);
    }
    return value;
  }

  private long setting(Setting setting) {
    return setting(setting.name());
  }

  /** A YAML map in one line. */
  @Override
  public String toString() {
    var parts = new ArrayList<String>();
    fields().forEach((name, value) -> parts.add(name + ": " + value));
    return "{" + String.join(", ", parts) + "}";
  }
}
