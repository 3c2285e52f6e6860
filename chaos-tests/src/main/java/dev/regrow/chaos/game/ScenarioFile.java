package dev.regrow.chaos.game;

import dev.regrow.chaos.fault.Fault;
import dev.regrow.chaos.fault.FaultException;
import dev.regrow.chaos.fault.FaultKind;
import dev.regrow.chaos.fault.Plan.Planned;
import dev.regrow.chaos.game.Scenario.Cluster;
import dev.regrow.chaos.game.Scenario.Limits;
import dev.regrow.chaos.game.Scenario.TimedChange;
import dev.regrow.schema.InvalidObjectException;
import dev.regrow.schema.PlainDocument;
import dev.regrow.schema.Violation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads a scenario as strictly as manifests are read: everything that is wrong, with its place. */
public final class ScenarioFile {

  /** How long a scenario may last at most, and when nothing is said. */
  static final Duration LONGEST = Duration.ofHours(4);

  private static final Duration USUALLY = Duration.ofMinutes(5);
  private static final Duration STEADY = Duration.ofSeconds(5);
  private static final int NODES_MAX = 7;
  private static final int TIMES_MAX = 1000;

  private final List<Violation> wrong = new ArrayList<>();

  private ScenarioFile() {}

  /** A scenario, or everything that is wrong with its text. */
  public record Read(Optional<Scenario> scenario, List<Violation> wrong) {}

  public static Read read(byte[] text) {
    var file = new ScenarioFile();
    try {
      var scenario = file.scenario(Fields.of(PlainDocument.read(text), file.wrong));
      var wrong = file.wrong.stream().distinct().sorted(ScenarioFile::byPlace).toList();
      return new Read(wrong.isEmpty() ? Optional.of(scenario) : Optional.empty(), wrong);
    } catch (InvalidObjectException malformed) {
      return new Read(Optional.empty(), malformed.violations());
    }
  }

  private static int byPlace(Violation one, Violation other) {
    return one.line() != other.line() ? one.line() - other.line() : one.column() - other.column();
  }

  private Scenario scenario(Fields fields) {
    var name = fields.required("name", "a name of a-z, 0-9 and -");
    if (!name.isEmpty() && !name.matches("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")) {
      fields.refuse("name", "is no name; write 1 to 63 of a-z, 0-9 and -");
    }
    var description = fields.text("description");
    var cluster = cluster(fields);
    var apply = fields.texts("apply");
    var steady = fields.duration("steady", STEADY, Duration.ofSeconds(1), Duration.ofMinutes(10));
    var hypotheses = HypothesisFields.read(fields);
    var faults = new ArrayList<Planned>();
    fields.objects("faults").forEach(each -> faults.addAll(fault(each)));
    var changes = fields.objects("changes").stream().map(ScenarioFile::change).toList();
    var limits = limits(fields, cluster, faults);
    fields.refuseOthers();
    return new Scenario(
        name, description, cluster, apply, steady, hypotheses, faults, changes, limits);
  }

  private static Cluster cluster(Fields fields) {
    if (!fields.has("cluster")) {
      fields.refuse("cluster", "is missing; write attached, or {own: {nodes: 3}}");
      return new Scenario.Attached();
    }
    if (fields.isText("cluster")) {
      if (!fields.text("cluster").equals("attached")) {
        fields.refuse(
            "cluster",
            "\""
                + fields.text("cluster")
                + "\" is no cluster; write attached, or {own: {nodes: 3}}");
      }
      return new Scenario.Attached();
    }
    int nodes = 3;
    var own = fields.object("cluster");
    if (own.isPresent()) {
      var size = own.get().object("own");
      nodes = size.map(each -> each.whole("nodes", 3, 1, NODES_MAX)).orElse(3);
      size.ifPresent(Fields::refuseOthers);
      own.get().refuseOthers();
    }
    return new Scenario.Own(nodes);
  }

  private static List<Planned> fault(Fields fields) {
    var at = at(fields);
    int times = fields.whole("times", 1, 1, TIMES_MAX);
    var every = fields.duration("every", Duration.ofSeconds(5), Duration.ofMillis(100), LONGEST);
    if (fields.has("every") && !fields.has("times")) {
      fields.refuse("every", "says nothing without times; write times: 3, too");
    }
    var planned = new ArrayList<Planned>();
    try {
      var fault = Fault.parse(fields.rest());
      for (int i = 0; i < times; i++) {
        planned.add(new Planned(at.plus(every.multipliedBy(i)), fault));
      }
    } catch (FaultException mistaken) {
      mistaken.mistakes().forEach(each -> fields.refuse(each.field(), each.message()));
    }
    return planned;
  }

  private static Duration at(Fields fields) {
    fields.required("at", "when it begins, as 5s");
    return fields.duration("at", Duration.ZERO, Duration.ZERO, LONGEST);
  }

  private static TimedChange change(Fields fields) {
    var at = at(fields);
    var what = fields.oneOf("what is done", "apply", "restart", "scale");
    var named = what.isEmpty() ? "" : fields.text(what);
    var change =
        switch (what) {
          case "apply" -> new Scenario.Apply(named);
          case "scale" -> new Scenario.Scale(named, fields.whole("replicas", 1, 0, 10_000));
          default -> new Scenario.Restart(named);
        };
    fields.refuseOthers();
    return new TimedChange(at, change);
  }

  private static Limits limits(Fields fields, Cluster cluster, List<Planned> faults) {
    Set<FaultKind> used = EnumSet.noneOf(FaultKind.class);
    faults.forEach(each -> used.add(each.fault().kind()));
    Optional<BlastRadius> usual =
        cluster instanceof Scenario.Attached
            ? BlastRadius.parse("1 node")
            : Optional.<BlastRadius>empty();
    var given = fields.object("limits");
    if (given.isEmpty()) {
      return new Limits(USUALLY, usual, used);
    }
    var limits = given.get();
    var time = limits.duration("time", USUALLY, Duration.ofSeconds(5), LONGEST);
    var radius = BlastRadius.parse(limits.text("blastRadius"));
    if (limits.has("blastRadius") && radius.isEmpty()) {
      limits.refuse(
          "blastRadius",
          "\"%s\" is no amount; write %s"
              .formatted(limits.text("blastRadius"), BlastRadius.WANTED));
    }
    var allow = limits.has("allow") ? allowed(limits, used) : used;
    limits.refuseOthers();
    return new Limits(time, radius.isPresent() ? radius : usual, allow);
  }

  private static Set<FaultKind> allowed(Fields limits, Set<FaultKind> used) {
    Set<FaultKind> allow = EnumSet.noneOf(FaultKind.class);
    for (String text : limits.texts("allow")) {
      FaultKind.called(text)
          .ifPresentOrElse(
              allow::add, () -> limits.refuse("allow", Fields.notOneOf(text, kinds())));
    }
    used.stream()
        .filter(kind -> !allow.contains(kind))
        .forEach(
            kind ->
                limits.refuse(
                    "allow",
                    kind.text() + " is among the faults, and not allowed; add it or drop it"));
    return allow;
  }

  private static List<String> kinds() {
    return List.of(FaultKind.values()).stream().map(FaultKind::text).toList();
  }
}
