package dev.regrow.cli.view;

import dev.regrow.cli.Table;
import dev.regrow.cli.Table.Cell;
import dev.regrow.cli.Terminal.Tone;
import dev.regrow.schema.Schema;
import dev.regrow.v1.Capacity;
import dev.regrow.v1.Config;
import dev.regrow.v1.Event;
import dev.regrow.v1.Instance;
import dev.regrow.v1.LastEnd;
import dev.regrow.v1.NamedVolume;
import dev.regrow.v1.Namespace;
import dev.regrow.v1.Node;
import dev.regrow.v1.Protocol;
import dev.regrow.v1.Reason;
import dev.regrow.v1.Revision;
import dev.regrow.v1.Secret;
import dev.regrow.v1.Severity;
import dev.regrow.v1.Token;
import dev.regrow.v1.TokenRole;
import dev.regrow.v1.VolumePlace;
import dev.regrow.v1.Workload;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The tables of {@code get}: a table without rows and a row for each object. */
public final class Tables {
  /** By itself, because time zones take long to load and most tables show none. */
  private static final class Clock {
    private static final DateTimeFormatter FORMAT =
        DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss").withZone(ZoneId.systemDefault());
  }

  private Tables() {}

  /**
   * @param namespaces whether to show them
   * @param now milliseconds since 1970
   */
  public record Style(boolean namespaces, boolean wide, long now) {}

  private static List<String> headings(Style style, List<String> always, List<String> wide) {
    var headings = new ArrayList<String>();
    if (style.namespaces()) {
      headings.add("NAMESPACE");
    }
    headings.addAll(always);
    if (style.wide()) {
      headings.addAll(wide);
    }
    return headings;
  }

  private static List<Object> cells(
      Style style, String namespace, List<?> always, Supplier<List<?>> wide) {
    var cells = new ArrayList<Object>();
    if (style.namespaces()) {
      cells.add(namespace);
    }
    cells.addAll(always);
    if (style.wide()) {
      cells.addAll(wide.get());
    }
    return cells;
  }

  public static Table workloads(Style style, List<Workload> items) {
    var table =
        new Table(
            headings(
                style,
                List.of("NAME", "KIND", "READY", "PHASE", "REVISION", "WHY"),
                List.of("UPDATED", "RUNNING", "LABELS", "COMMAND")));
    for (var item : items) {
      var status = item.getStatus();
      boolean complete = status.getReady() >= status.getDesired();
      table.row(
          cells(
              style,
              item.getNamespace(),
              List.of(
                  item.getName(),
                  Words.of(item.getKind()),
                  new Cell(
                      status.getReady() + "/" + status.getDesired(),
                      complete ? Tone.PLAIN : Tone.UNSURE),
                  Words.of(status.getPhase()),
                  Long.toString(item.getRevision()),
                  Words.or(status.getReason())),
              () ->
                  List.of(
                      Integer.toString(status.getUpdated()),
                      Integer.toString(status.getRunning()),
                      Words.or(labels(item.getLabelsMap())),
                      String.join(" ", item.getInstance().getCommandList()))));
    }
    return table;
  }

  private static String labels(Map<String, String> labels) {
    return joined(
        new TreeMap<>(labels)
            .entrySet().stream().map(label -> label.getKey() + "=" + label.getValue()));
  }

  public static Table instances(Style style, List<Instance> items) {
    var table =
        new Table(
            headings(
                style,
                List.of("INSTANCE", "SLOT", "PHASE", "READY", "RESTARTS", "AGE", "NODE", "WHY"),
                List.of("REVISION", "PID", "ADDRESS", "PORTS", "LAST")));
    for (var item : items) {
      table.row(
          cells(
              style,
              item.getNamespace(),
              List.of(
                  item.getId(),
                  item.getSlot(),
                  Words.of(item.getPhase()),
                  item.getReady() ? "yes" : new Cell("no", Tone.UNSURE),
                  Integer.toString(item.getRestarts()),
                  Words.age(item.getStartedAt(), style.now()),
                  Words.or(item.getNode()),
                  why(item, style.now())),
              () ->
                  List.of(
                      Long.toString(item.getRevision()),
                      item.hasPid() ? Long.toString(item.getPid()) : Words.NONE,
                      Words.or(item.getAddress()),
                      Words.or(ports(item)),
                      item.hasLast() ? end(item.getLast()) : Words.NONE)));
    }
    return table;
  }

  /** As {@code 8080, 80->8080/tcp}. */
  static String ports(Instance item) {
    return item.getPortsList().stream()
        .map(
            port ->
                (port.hasPublish() ? port.getPublish() + "->" : "")
                    + port.getPort()
                    + (port.getProtocol() == Protocol.UDP ? "/udp" : "/tcp"))
        .collect(Collectors.joining(","));
  }

  private static String why(Instance item, long now) {
    var why = Words.of(item.getReason());
    if (item.getNextStartAt() > now) {
      why += (why.isEmpty() ? "" : ", ") + "again in " + Words.age(now, item.getNextStartAt());
    }
    boolean waits = why.isEmpty() && (item.getNode().isEmpty() || item.hasPulling());
    return Words.or(waits ? item.getMessage() : why);
  }

  /** How an attempt ended: OOMKilled, Error (exit code 3), Signaled (TERM). */
  static String end(LastEnd last) {
    var reason = last.getReason() == Reason.NO_REASON ? "ended" : Words.of(last.getReason());
    if (!last.getSignal().isEmpty()) {
      return reason + " (" + last.getSignal() + ")";
    }
    return last.hasExitCode() ? reason + " (exit code " + last.getExitCode() + ")" : reason;
  }

  public static Table nodes(Style style, List<Node> items) {
    var table =
        new Table(
            headings(
                new Style(false, style.wide(), style.now()),
                List.of("NAME", "PHASE", "ROLES", "CPU", "MEMORY", "INSTANCES", "ADDRESS"),
                List.of("VERSION", "CGROUPS", "UID", "LABELS")));
    for (var item : items) {
      Capacity all = item.getCapacity();
      Capacity allocated = item.getAllocated();
      table.row(
          cells(
              new Style(false, style.wide(), style.now()),
              "",
              List.of(
                  item.getName(),
                  Words.of(item.getPhase()),
                  Words.or(String.join(",", item.getRolesList())),
                  Words.cpu(allocated.getCpu()) + "/" + Words.cpu(all.getCpu()),
                  Words.bytes(allocated.getMemory()) + "/" + Words.bytes(all.getMemory()),
                  Integer.toString(allocated.getInstances()),
                  Words.or(item.getAddress())),
              () ->
                  List.of(
                      Words.or(item.getVersion()),
                      Words.or(item.getCgroups()),
                      Words.or(item.getUid()),
                      Words.or(labels(item.getLabelsMap())))));
    }
    return table;
  }

  public static Table revisions(Style style, List<Revision> items) {
    var table =
        new Table(
            headings(
                style,
                List.of("WORKLOAD", "REVISION", "CURRENT", "AGE", "IMAGE", "CAUSE"),
                List.of("HASH", "DIGEST", "COMMAND")));
    for (var item : items) {
      var hash = item.getHash();
      table.row(
          cells(
              style,
              item.getNamespace(),
              List.of(
                  item.getWorkload(),
                  Long.toString(item.getRevision()),
                  item.getCurrent() ? new Cell("yes", Tone.GOOD) : Words.NONE,
                  Words.age(item.getCreatedAt(), style.now()),
                  Words.digest(item.getImageDigest()),
                  Words.or(item.getCause())),
              () ->
                  List.of(
                      hash.length() > 12 ? hash.substring(0, 12) : Words.or(hash),
                      Words.or(item.getImageDigest()),
                      String.join(" ", item.getInstance().getCommandList()))));
    }
    return table;
  }

  public static Table events(Style style, List<Event> items) {
    var table =
        new Table(headings(style, List.of("TIME", "REASON", "OBJECT", "MESSAGE"), List.of("NODE")));
    for (var item : items) {
      table.row(
          cells(
              style,
              item.getNamespace(),
              List.of(
                  Clock.FORMAT.format(Instant.ofEpochMilli(item.getTime())),
                  new Cell(
                      item.getReason(),
                      item.getSeverity() == Severity.WARNING ? Tone.UNSURE : Tone.PLAIN),
                  Words.or(object(item)),
                  item.getMessage()),
              () -> List.of(Words.or(item.getNode()))));
    }
    return table;
  }

  public static Table configs(Style style, List<Config> items) {
    var table = new Table(headings(style, List.of("NAME", "KEYS", "INDEX"), List.of("LABELS")));
    for (var item : items) {
      table.row(
          cells(
              style,
              item.getNamespace(),
              List.of(item.getName(), Words.or(joined(keys(item))), Long.toString(item.getIndex())),
              () -> List.of(Words.or(labels(item.getLabelsMap())))));
    }
    return table;
  }

  private static Stream<String> keys(Config item) {
    return Stream.concat(
            item.getDataMap().keySet().stream(), item.getBinaryDataMap().keySet().stream())
        .sorted();
  }

  public static Table secrets(Style style, List<Secret> items) {
    var table = new Table(headings(style, List.of("NAME", "KEYS", "INDEX"), List.of("LABELS")));
    for (var item : items) {
      table.row(
          cells(
              style,
              item.getNamespace(),
              List.of(
                  item.getName(),
                  Words.or(joined(item.getHashesMap().keySet().stream().sorted())),
                  Long.toString(item.getIndex())),
              () -> List.of(Words.or(labels(item.getLabelsMap())))));
    }
    return table;
  }

  public static Table volumes(Style style, List<NamedVolume> items) {
    var table = new Table(headings(style, List.of("NAME", "SLOTS", "NODES"), List.of("LABELS")));
    for (var item : items) {
      var places = item.getPlacesList();
      table.row(
          cells(
              style,
              item.getNamespace(),
              List.of(
                  item.getName(),
                  Words.or(joined(places.stream().map(VolumePlace::getSlot))),
                  Words.or(joined(places.stream().map(VolumePlace::getNode).distinct()))),
              () -> List.of(Words.or(labels(item.getLabelsMap())))));
    }
    return table;
  }

  public static Table namespaces(Style style, List<Namespace> items) {
    var plain = new Style(false, style.wide(), style.now());
    var table = new Table(headings(plain, List.of("NAME", "ALLOWS"), List.of("LABELS")));
    for (var item : items) {
      table.row(
          cells(
              plain,
              "",
              List.of(
                  item.getName(), Words.or(joined(item.getAllowList().stream().map(Schema::text)))),
              () -> List.of(Words.or(labels(item.getLabelsMap())))));
    }
    return table;
  }

  private static String joined(Stream<String> words) {
    return words.collect(java.util.stream.Collectors.joining(","));
  }

  /** As the API writes it: read, deploy, admin, join. */
  public static String role(TokenRole role) {
    return role.name().substring("TOKEN_".length()).toLowerCase(Locale.ROOT);
  }

  public static Table tokens(Style style, List<Token> items) {
    var plain = new Style(false, style.wide(), style.now());
    var table =
        new Table(
            headings(plain, List.of("ID", "ROLE", "NAMESPACES", "AGE", "EXPIRES"), List.of()));
    for (var item : items) {
      long left = item.getExpiresAt() - style.now();
      var expires =
          item.getExpiresAt() == 0
              ? "never"
              : left <= 0
                  ? new Cell("expired", Tone.UNSURE)
                  : "in " + Words.age(style.now(), item.getExpiresAt());
      table.row(
          cells(
              plain,
              "",
              List.of(
                  item.getId(),
                  role(item.getRole()),
                  item.getNamespacesCount() == 0
                      ? "all"
                      : String.join(",", item.getNamespacesList()),
                  Words.age(item.getCreatedAt(), style.now()),
                  expires),
              List::of));
    }
    return table;
  }

  private static String object(Event event) {
    if (!event.getInstance().isEmpty()) {
      return event.getInstance();
    }
    return event.getWorkload().isEmpty() ? event.getNode() : event.getWorkload();
  }
}
