package dev.regrow.actors.instance;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import dev.regrow.actors.health.Checks;
import dev.regrow.actors.link.AssignmentRef;
import dev.regrow.actors.link.NodeOrder;
import dev.regrow.core.codec.DeclaredCodec;
import dev.regrow.core.model.Ports;
import dev.regrow.runtime.RunningInstance;
import dev.regrow.v1.InstanceTemplate;
import dev.regrow.v1.LastEnd;
import dev.regrow.v1.Resources;
import dev.regrow.v1.RestartPolicy;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What must be remembered of a running instance for the next agent to know it fully: it travels as
 * the labels of the launch. Environment and command stay out of it; they may hold secrets.
 *
 * @param surface what of its template concerns others: network, ports, health
 * @param streak restarts in a row without running well
 * @param last how the attempt before ended
 */
public record InstanceMemory(
    AssignmentRef assignment,
    RestartPolicy restart,
    Resources resources,
    InstanceTemplate surface,
    Ports hostPorts,
    long stopGraceMillis,
    boolean exclusive,
    long stopAfterMillis,
    long restartGeneration,
    int streak,
    LastEnd last) {

  private static final String UID = "workload-uid";
  private static final String EPOCH = "epoch";
  private static final String REVISION = "revision";
  private static final String RESTART = "restart";
  private static final String RESOURCES = "resources";
  private static final String SURFACE = "surface";
  private static final String PORTS = "host-ports";
  private static final String GRACE = "stop-grace-millis";
  private static final String EXCLUSIVE = "exclusive";
  private static final String STOP_AFTER = "stop-after-millis";
  private static final String GENERATION = "restart-generation";
  private static final String STREAK = "streak";
  private static final String LAST = "last-end";

  /** Whether it dies by itself where nobody renews its lease. */
  public boolean leased() {
    return exclusive || stopAfterMillis > 0;
  }

  /**
   * How long it lives from when a renewal was sent.
   *
   * @param usual of an exclusive one
   */
  Duration lease(Duration usual) {
    var stopAfter = Duration.ofMillis(stopAfterMillis);
    return exclusive && (stopAfterMillis == 0 || usual.compareTo(stopAfter) < 0)
        ? usual
        : stopAfter;
  }

  /** Of an instance that is to run as ordered and has not run yet. */
  public static InstanceMemory of(NodeOrder.Run run) {
    return new InstanceMemory(
        run.assignment(),
        run.restart(),
        run.template().getResources(),
        surfaceOf(run.template()),
        DeclaredCodec.hostPorts(run.template()),
        run.template().getStop().getGrace(),
        run.exclusive(),
        run.stopAfterMillis(),
        run.restartGeneration(),
        0,
        LastEnd.getDefaultInstance());
  }

  /**
   * Of an instance that another agent of this node started.
   *
   * @throws IllegalArgumentException when its labels are not ours
   */
  public static InstanceMemory of(RunningInstance process) {
    var labels = process.labels();
    var key = process.key();
    return new InstanceMemory(
        new AssignmentRef(
            key.namespace(),
            key.workload(),
            labels.getOrDefault(UID, ""),
            key.instanceId(),
            process.slot(),
            number(labels, REVISION),
            number(labels, EPOCH)),
        message(labels, RESTART, RestartPolicy.parser(), RestartPolicy.getDefaultInstance()),
        message(labels, RESOURCES, Resources.parser(), Resources.getDefaultInstance()),
        message(labels, SURFACE, InstanceTemplate.parser(), InstanceTemplate.getDefaultInstance()),
        ports(labels),
        number(labels, GRACE),
        Boolean.parseBoolean(labels.get(EXCLUSIVE)),
        number(labels, STOP_AFTER),
        number(labels, GENERATION),
        Math.toIntExact(number(labels, STREAK)),
        message(labels, LAST, LastEnd.parser(), LastEnd.getDefaultInstance()));
  }

  private static InstanceTemplate surfaceOf(InstanceTemplate template) {
    var surface =
        InstanceTemplate.newBuilder()
            .setNetwork(template.getNetwork())
            .addAllPorts(template.getPortsList());
    if (template.hasHealth()) {
      surface.setHealth(template.getHealth());
    }
    return surface.build();
  }

  /** How it is found out whether it is well. */
  Checks checks() {
    return Checks.of(surface);
  }

  /**
   * What a new order changes; what has happened stays. So does the lease that it was started with:
   * its shim goes by that, whatever the workload is now, and of two the shorter is surely kept.
   */
  InstanceMemory orderedBy(NodeOrder.Run run) {
    var ordered = of(run);
    return new InstanceMemory(
        ordered.assignment,
        ordered.restart,
        ordered.resources,
        ordered.surface,
        ordered.hostPorts,
        ordered.stopGraceMillis,
        exclusive || ordered.exclusive,
        shorter(stopAfterMillis, ordered.stopAfterMillis),
        ordered.restartGeneration,
        streak,
        last);
  }

  /** Where 0 is no end. */
  private static long shorter(long one, long other) {
    return one == 0 || other == 0 ? Math.max(one, other) : Math.min(one, other);
  }

  InstanceMemory after(LastEnd end, int newStreak) {
    return new InstanceMemory(
        assignment,
        restart,
        resources,
        surface,
        hostPorts,
        stopGraceMillis,
        exclusive,
        stopAfterMillis,
        restartGeneration,
        newStreak,
        end);
  }

  /** The labels of the next launch. */
  Map<String, String> toLabels() {
    var labels = new HashMap<String, String>();
    labels.put(UID, assignment.workloadUid());
    labels.put(EPOCH, Long.toString(assignment.epoch()));
    labels.put(REVISION, Long.toString(assignment.revision()));
    labels.put(RESTART, base64(restart));
    labels.put(RESOURCES, base64(resources));
    labels.put(SURFACE, base64(surface));
    labels.put(
        PORTS, hostPorts.codes().stream().map(String::valueOf).collect(Collectors.joining(" ")));
    labels.put(GRACE, Long.toString(stopGraceMillis));
    labels.put(EXCLUSIVE, Boolean.toString(exclusive));
    labels.put(STOP_AFTER, Long.toString(stopAfterMillis));
    labels.put(GENERATION, Long.toString(restartGeneration));
    labels.put(STREAK, Integer.toString(streak));
    labels.put(LAST, base64(last));
    return labels;
  }

  /** None, where an agent of before there were any has started it. */
  private static Ports ports(Map<String, String> labels) {
    return Ports.of(
        Stream.of(labels.getOrDefault(PORTS, "").split(" ", -1))
            .filter(code -> code.matches("\\d{1,6}"))
            .map(Integer::valueOf)
            .toList());
  }

  private static String base64(MessageLite message) {
    return Base64.getEncoder().encodeToString(message.toByteArray());
  }

  private static long number(Map<String, String> labels, String name) {
    return Long.parseLong(labels.getOrDefault(name, "0"));
  }

  private static <M> M message(
      Map<String, String> labels, String name, Parser<M> parser, M missing) {
    var text = labels.get(name);
    if (text == null) {
      return missing;
    }
    try {
      return parser.parseFrom(Base64.getDecoder().decode(text));
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException("the label %s is damaged".formatted(name), e);
    }
  }
}
