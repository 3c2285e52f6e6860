package dev.regrow.actors.health;

import dev.regrow.runtime.Probe;
import dev.regrow.schema.HealthRules;
import dev.regrow.v1.InstanceTemplate;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/** The probes of an instance, by what they are for. */
public record Checks(Map<Kind, Check> byKind) {

  /** Of instances that have none: they are ready when they run. */
  public static final Checks NONE = new Checks(Map.of());

  /** What a probe is for. */
  public enum Kind {
    STARTUP,
    READINESS,
    LIVENESS;

    /** As in a manifest. */
    public String word() {
      return switch (this) {
        case STARTUP -> "startup";
        case READINESS -> "readiness";
        case LIVENESS -> "liveness";
      };
    }
  }

  /**
   * One probe.
   *
   * @param interval between an answer and the next question
   * @param failures in a row, from 1, that count
   */
  public record Check(Probe probe, Duration interval, Duration timeout, int failures) {

    /** How long something may take to start. */
    Duration patience() {
      return interval.multipliedBy(failures);
    }
  }

  public Checks {
    byKind = Map.copyOf(byKind);
  }

  /**
   * @param template its health and its ports, which the probes name
   */
  public static Checks of(InstanceTemplate template) {
    var health = template.getHealth();
    var checks = new EnumMap<Kind, Check>(Kind.class);
    if (health.hasStartup()) {
      check(health.getStartup(), template).ifPresent(it -> checks.put(Kind.STARTUP, it));
    }
    if (health.hasReadiness()) {
      check(health.getReadiness(), template).ifPresent(it -> checks.put(Kind.READINESS, it));
    }
    if (health.hasLiveness()) {
      check(health.getLiveness(), template).ifPresent(it -> checks.put(Kind.LIVENESS, it));
    }
    return checks.isEmpty() ? NONE : new Checks(checks);
  }

  private static Optional<Check> check(dev.regrow.v1.Probe declared, InstanceTemplate template) {
    return probe(declared, template)
        .map(
            probe ->
                new Check(
                    probe,
                    Duration.ofMillis(Math.max(1, declared.getInterval())),
                    Duration.ofMillis(Math.max(1, declared.getTimeout())),
                    Math.max(1, declared.getFailures())));
  }

  /** Empty for a way of asking that a later release may have and this one does not know. */
  private static Optional<Probe> probe(dev.regrow.v1.Probe declared, InstanceTemplate template) {
    if (declared.hasHttp()) {
      var path = declared.getHttp().getPath();
      return HealthRules.portOf(template, declared.getHttp().getPort())
          .map(port -> new Probe.Http(port, path.isEmpty() ? "/" : path));
    } else if (declared.hasTcp()) {
      return HealthRules.portOf(template, declared.getTcp().getPort()).map(Probe.Tcp::new);
    }
    return declared.getExecCount() > 0
        ? Optional.of(new Probe.Exec(declared.getExecList()))
        : Optional.empty();
  }

  /** The same, but for this. */
  public Checks without(Kind kind) {
    var others = new EnumMap<Kind, Check>(Kind.class);
    byKind.forEach(
        (other, check) -> {
          if (other != kind) {
            others.put(other, check);
          }
        });
    return new Checks(others);
  }

  public Optional<Check> get(Kind kind) {
    return Optional.ofNullable(byKind.get(kind));
  }
}
