package dev.regrow.cli.view;

import dev.regrow.cli.Table.Cell;
import dev.regrow.cli.Terminal;
import dev.regrow.schema.Relaxations;
import dev.regrow.schema.Schema;
import dev.regrow.schema.Visible;
import dev.regrow.v1.Drain;
import dev.regrow.v1.Event;
import dev.regrow.v1.Instance;
import dev.regrow.v1.InstanceTemplate;
import dev.regrow.v1.Node;
import dev.regrow.v1.Timeline;
import dev.regrow.v1.Workload;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Objects told in full. */
public final class Descriptions {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("HH:mm:ss.SSS").withZone(ZoneId.systemDefault());
  private static final DateTimeFormatter DAY =
      DateTimeFormatter.ofPattern("yyyy-MM-dd").withZone(ZoneId.systemDefault());

  private Descriptions() {}

  /** A workload, its instances, and what happened lately. */
  public static void workload(
      Terminal terminal,
      Workload workload,
      String imageDigest,
      List<Instance> instances,
      List<Event> events,
      long now) {
    var status = workload.getStatus();
    line(terminal, "Workload", workload.getNamespace() + "/" + workload.getName());
    line(terminal, "Kind", Words.of(workload.getKind()));
    line(terminal, "Phase", Words.of(status.getPhase()).text() + because(status.getMessage()));
    line(
        terminal,
        "Revision",
        workload.getRevision()
            + (status.getRevision() == workload.getRevision()
                ? ", fully rolled out"
                : ", rolled out: " + status.getRevision()));
    if (!imageDigest.isEmpty()) {
      line(terminal, "Image", workload.getInstance().getImage() + " as " + imageDigest);
    }
    line(
        terminal,
        "Instances",
        status.getReady()
            + " ready, "
            + status.getRunning()
            + " running, "
            + status.getUpdated()
            + " updated, "
            + status.getDesired()
            + " wanted");
    var style = new Tables.Style(false, true, now);
    if (!instances.isEmpty()) {
      terminal.print("");
      Tables.instances(style, instances).print(terminal);
    }
    for (var instance : instances) {
      instance
          .getWarningsList()
          .forEach(words -> terminal.print("warning, " + instance.getId() + ": " + words));
    }
    terminal.print("");
    relaxations(terminal, workload.getInstance());
    terminal.print("");
    terminal.print("Declared:");
    declared(workload).forEach(each -> terminal.print("  " + each));
    if (!events.isEmpty()) {
      terminal.print("");
      terminal.print("Latest events:");
      timeline(terminal, events);
    }
  }

  /** What it asks for beyond what every instance has: this is what security rests on. */
  private static void relaxations(Terminal terminal, InstanceTemplate template) {
    var asked = Relaxations.asked(template);
    terminal.print(asked.isEmpty() ? "Relaxations: none" : "Relaxations:");
    for (var each : asked) {
      terminal.print(
          "  %s: %s (%s)".formatted(Schema.text(each.relaxation()), each.cause(), each.field()));
    }
  }

  /** Without what a manifest does not have; those fields come last. */
  private static Stream<String> declared(Workload workload) {
    return Schema.toYaml(workload).lines().takeWhile(line -> !line.startsWith("uid:"));
  }

  /**
   * An instance.
   *
   * @param template of its revision; null if that is not known any more
   */
  public static void instance(
      Terminal terminal, Instance instance, @Nullable InstanceTemplate template, long now) {
    line(terminal, "Instance", instance.getNamespace() + "/" + instance.getId());
    line(terminal, "Workload", instance.getWorkload() + ", revision " + instance.getRevision());
    line(terminal, "Slot", instance.getSlot() + ", attempt " + instance.getAttempt());
    line(terminal, "Node", Words.or(instance.getNode()));
    line(
        terminal,
        "Phase",
        Words.of(instance.getPhase()).text()
            + (instance.getReady() ? ", ready" : ", not ready")
            + because(instance.getMessage()));
    line(terminal, "Restarts", Integer.toString(instance.getRestarts()));
    if (instance.getStartedAt() > 0) {
      line(terminal, "Started", Words.age(instance.getStartedAt(), now) + " ago");
    }
    if (instance.hasPid()) {
      line(terminal, "Pid", Long.toString(instance.getPid()));
    }
    if (!instance.getAddress().isEmpty()) {
      line(terminal, "Address", instance.getAddress());
    }
    if (instance.getPortsCount() > 0) {
      line(terminal, "Ports", Tables.ports(instance));
    }
    if (instance.hasLast()) {
      line(terminal, "Last end", Tables.end(instance.getLast()));
    }
    instance.getWarningsList().forEach(words -> line(terminal, "Warning", words));
    if (template != null) {
      relaxations(terminal, template);
    }
  }

  public static void node(Terminal terminal, Node node) {
    line(terminal, "Node", node.getName());
    line(terminal, "Phase", Words.of(node.getPhase()).text());
    line(terminal, "Address", Words.or(node.getAddress()));
    line(terminal, "Roles", String.join(", ", node.getRolesList()));
    line(terminal, "Version", Words.or(node.getVersion()));
    line(terminal, "Cgroups", Words.or(node.getCgroups()));
    line(
        terminal,
        "Cpu",
        Words.cpu(node.getAllocated().getCpu())
            + " of "
            + Words.cpu(node.getCapacity().getCpu())
            + " cores given away, "
            + Words.cpu(node.getUsed().getCpu())
            + " used");
    line(
        terminal,
        "Memory",
        Words.bytes(node.getAllocated().getMemory())
            + " of "
            + Words.bytes(node.getCapacity().getMemory())
            + " given away, "
            + Words.bytes(node.getUsed().getMemory())
            + " used");
    line(terminal, "Instances", Integer.toString(node.getAllocated().getInstances()));
    node.getLabelsMap().forEach((key, value) -> line(terminal, "Label", key + "=" + value));
    if (node.hasDrain()) {
      line(terminal, "Drain", drain(node.getDrain()));
      node.getDrain().getBlockedList().forEach(wait -> line(terminal, "", wait));
    }
    node.getWarningsList().forEach(words -> line(terminal, "Warning", words));
  }

  private static String drain(Drain drain) {
    if (drain.getDone()) {
      return "done";
    }
    var left = drain.getRemaining() + " instances are left";
    return drain.getGivenUp() ? "given up: " + left : left;
  }

  /** One causal story, a line each, with the day where it changes. */
  public static void timeline(Terminal terminal, Timeline timeline) {
    timeline(terminal, timeline.getItemsList());
  }

  private static void timeline(Terminal terminal, List<Event> events) {
    int reason = widest(events, Event::getReason);
    int who = widest(events, Descriptions::who);
    var day = "";
    for (var event : events) {
      var time = Instant.ofEpochMilli(event.getTime());
      if (!DAY.format(time).equals(day)) {
        day = DAY.format(time);
        terminal.print(day);
      }
      var tone = event.getSeverityValue() > 0 ? Terminal.Tone.UNSURE : Terminal.Tone.PLAIN;
      terminal.print(
          List.of(
              Cell.plain("  " + TIME.format(time) + "  " + padded(who(event), who) + "  "),
              new Cell(padded(event.getReason(), reason), tone),
              Cell.plain("  " + event.getMessage())));
    }
  }

  private static int widest(List<Event> events, Function<Event, String> part) {
    return events.stream()
        .mapToInt(each -> Visible.line(part.apply(each)).length())
        .max()
        .orElse(0);
  }

  private static String who(Event event) {
    if (!event.getInstance().isEmpty()) {
      return event.getInstance();
    }
    return event.getSlot().isEmpty() ? event.getWorkload() : event.getSlot();
  }

  private static String padded(String text, int width) {
    var shown = Visible.line(text);
    return shown + " ".repeat(Math.max(0, width - shown.length()));
  }

  private static String because(String message) {
    return message.isEmpty() ? "" : ": " + message;
  }

  private static void line(Terminal terminal, String name, String value) {
    terminal.print(List.of(Cell.plain(padded(name + ":", 11) + " " + value)));
  }
}
