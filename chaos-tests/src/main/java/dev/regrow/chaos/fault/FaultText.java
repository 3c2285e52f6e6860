package dev.regrow.chaos.fault;

import dev.regrow.chaos.fault.FaultException.Mistake;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** How faults are written, and what is wrong with what is none. */
final class FaultText {

  private static final Duration LONGEST = Duration.ofDays(1);
  private static final String WHOM =
      "names of machines or workloads, node-of SLOT, or one of the words " + Aiming.WORDS;
  private static final String NAME = "[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?";
  private static final String NODE_OF = Aiming.NODE_OF.strip();
  private static final String NODE_OF_SLOT = Aiming.NODE_OF + "[a-z0-9][-a-z0-9]{0,61}-[0-9]+";

  private final Map<String, ?> fields;
  private final List<Mistake> mistakes = new ArrayList<>();

  private FaultText(Map<String, ?> fields) {
    this.fields = fields;
  }

  static Fault parse(Map<String, ?> fields) {
    var text = new FaultText(fields);
    var kind = text.kind();
    if (kind.isEmpty()) {
      throw new FaultException(text.mistakes);
    }
    return text.read(kind.get());
  }

  private Optional<FaultKind> kind() {
    var kind = FaultKind.called(String.valueOf(fields.get("kind")));
    if (kind.isEmpty()) {
      wrong(
          "kind",
          fields.containsKey("kind") ? fields.get("kind") + " is no kind of fault" : "is missing",
          "one of " + Arrays.stream(FaultKind.values()).map(FaultKind::text).toList());
    }
    return kind;
  }

  private Fault read(FaultKind kind) {
    refuseUnknown(kind);
    var on = on(kind);
    var to = names("to", List.of());
    refuseNoNames("to", to);
    var settings = new TreeMap<String, Long>();
    for (Setting setting : kind.settings()) {
      settings.put(setting.name(), number(setting));
    }
    long usual = kind.lasting() ? Fault.USUALLY_LASTS.toMillis() : 0;
    var lasts =
        number(new Setting("for", Unit.MILLIS, kind.lasting() ? 1 : 0, LONGEST.toMillis(), usual));
    if (!mistakes.isEmpty()) {
      throw new FaultException(mistakes);
    }
    return new Fault(kind, on, to, Duration.ofMillis(lasts), settings);
  }

  private void refuseUnknown(FaultKind kind) {
    Set<String> known = new LinkedHashSet<>(List.of("kind"));
    if (kind.aim() != Aim.CLUSTER) {
      known.add("on");
    }
    if (kind.aim() == Aim.LINKS) {
      known.add("to");
    }
    kind.settings().forEach(setting -> known.add(setting.name()));
    if (kind.lasting()) {
      known.add("for");
    }
    fields.keySet().stream()
        .filter(field -> !known.contains(field))
        .forEach(field -> wrong(field, kind + " has no such field", "nothing but " + known));
  }

  private List<String> on(FaultKind kind) {
    var on = names("on", kind.aim() == Aim.CLUSTER ? List.of() : List.of(Aiming.ANY));
    var nodesOf = on.stream().filter(FaultText::isNodeOf).toList();
    for (String name : nodesOf) {
      if (kind.aim() == Aim.INSTANCES) {
        wrong("on", kind + " strikes instances, not their nodes", "the slot alone, as web-0");
      } else if (!name.matches(NODE_OF_SLOT)) {
        wrong("on", "\"%s\" names no slot".formatted(name), "node-of web-0");
      }
    }
    refuseNoNames("on", on.stream().filter(name -> !nodesOf.contains(name)).toList());
    return on;
  }

  private static boolean isNodeOf(String name) {
    return name.equals(NODE_OF) || name.startsWith(Aiming.NODE_OF);
  }

  private void refuseNoNames(String field, List<String> names) {
    names.stream()
        .filter(name -> !name.matches(NAME))
        .forEach(name -> wrong(field, "\"%s\" is no name".formatted(name), WHOM));
  }

  private List<String> names(String field, List<String> absent) {
    Object value = fields.get(field);
    if (value == null) {
      return absent;
    }
    return value instanceof List<?> list
        ? list.stream().map(String::valueOf).toList()
        : List.of(String.valueOf(value));
  }

  private long number(Setting setting) {
    Object value = fields.get(setting.name());
    if (value == null) {
      return setting.usual();
    }
    var read = setting.unit().read(String.valueOf(value));
    if (read.isEmpty()) {
      wrong(setting.name(), "\"%s\" cannot be read".formatted(value), setting.unit().wanted());
    } else if (!setting.allows(read.getAsLong())) {
      wrong(setting.name(), "%s is out of range".formatted(value), setting.range());
    }
    return read.orElse(setting.usual());
  }

  /** What a value must be, however it was made. */
  static void check(
      FaultKind kind,
      List<String> on,
      List<String> to,
      Duration lasts,
      SortedMap<String, Long> settings) {
    var mistakes = new ArrayList<Mistake>();
    if (kind.aim() == Aim.CLUSTER ? !on.isEmpty() : on.isEmpty()) {
      mistakes.add(
          new Mistake(
              "on",
              kind.aim() == Aim.CLUSTER
                  ? kind + " is aimed at the whole cluster; write no names"
                  : "nobody is named; write " + WHOM));
    }
    if (kind.aim() != Aim.LINKS && !to.isEmpty()) {
      mistakes.add(new Mistake("to", kind + " has no such field; leave it out"));
    }
    if (lasts.isNegative()
        || lasts.compareTo(LONGEST) > 0
        || (kind.lasting() ? lasts.isZero() : !lasts.isZero())) {
      mistakes.add(
          new Mistake(
              "for",
              kind.lasting()
                  ? lasts + " is out of range; write 1ms to 24h"
                  : kind + " is over at once; leave it out"));
    }
    settings.forEach((name, value) -> check(kind, name, value, mistakes));
    if (!mistakes.isEmpty()) {
      throw new FaultException(mistakes);
    }
  }

  private static void check(FaultKind kind, String name, long value, List<Mistake> mistakes) {
    var setting = kind.settings().stream().filter(each -> each.name().equals(name)).findFirst();
    if (setting.isEmpty()) {
      mistakes.add(new Mistake(name, kind + " has no such setting; leave it out"));
    } else if (!setting.get().allows(value)) {
      mistakes.add(
          new Mistake(
              name, "%d is out of range; write %s".formatted(value, setting.get().range())));
    }
  }

  private void wrong(String field, String what, String instead) {
    mistakes.add(new Mistake(field, what + "; write " + instead));
  }
}
