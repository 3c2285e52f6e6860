package dev.regrow.chaos.fault;

import dev.regrow.chaos.fault.Aiming.Scene;
import dev.regrow.chaos.fault.Plan.Planned;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Draws plans from a seed: rounds of faults that overlap, with a rest after each. Every kind comes
 * once before any comes again. What loses data of a node happens to one server at a time and has a
 * round to itself and light faults; a majority's data are never lost.
 */
public final class Draw {

  private static final int FIRST_MILLIS = 2_000;
  private static final int AT_ONCE_MIN = 2;
  private static final int AT_ONCE_MAX = 3;
  private static final int STAGGER_MILLIS = 2_500;
  private static final int LASTS_MILLIS_MIN = 1_500;
  private static final int LASTS_MILLIS_MAX = 9_000;
  private static final int REST_MILLIS_MIN = 1_500;
  private static final int REST_MILLIS_MAX = 4_000;

  /** A server that lost its data is filled by others before anything else happens. */
  private static final int REFILL_MILLIS = 6_000;

  /** A short plan has shorter faults, so that there are as many. */
  private static final int ROUNDS_MIN = 4;

  private final Random random;
  private final int lastsMillisMax;
  private final Scene scene;
  private final List<FaultKind> kinds;
  private final Deque<FaultKind> next = new ArrayDeque<>();

  private Draw(long seed, Scene scene, Collection<FaultKind> kinds, Duration length) {
    this.random = new Random(seed);
    this.lastsMillisMax =
        (int)
            Math.max(
                LASTS_MILLIS_MIN + 1, Math.min(LASTS_MILLIS_MAX, length.toMillis() / ROUNDS_MIN));
    this.scene = scene;
    this.kinds = kinds.stream().distinct().sorted().filter(this::means).toList();
  }

  /**
   * Equal arguments give equal plans.
   *
   * @param scene what there is to aim at; leaders are drawn, too
   * @param kinds that may happen
   * @param length all faults are over before; at least one is drawn if one fits
   */
  public static Plan plan(long seed, Scene scene, Collection<FaultKind> kinds, Duration length) {
    return new Draw(seed, scene, kinds, length).plan(length);
  }

  private boolean means(FaultKind kind) {
    return switch (kind.aim()) {
      case INSTANCES -> !scene.workloads().isEmpty();
      case CLUSTER -> scene.machines().size() >= 5; // The ring; with fewer nothing is cut.
      case LINKS -> scene.machines().size() > 1;
      case MACHINES ->
          switch (kind) {
            case PARTITION -> scene.machines().size() > 1;
            case PARTITION_BRIDGE -> scene.machines().size() > 2;
            case PROMOTION -> scene.machines().size() > scene.servers().size();
            case DEMOTION, LOG_TRUNCATED, LOG_BIT_FLIPPED, SERVER_WIPED ->
                scene.servers().size() > 2;
            default -> true;
          };
    };
  }

  private Plan plan(Duration length) {
    var faults = new ArrayList<Planned>();
    int at = FIRST_MILLIS;
    while (!kinds.isEmpty()) {
      var round = round(at);
      long end = round.stream().mapToLong(each -> each.until().toMillis()).max().orElse(at);
      if (end > length.toMillis()) {
        break;
      }
      faults.addAll(round);
      boolean lost = round.stream().anyMatch(each -> each.fault().kind().harm() == Harm.DATA);
      at = (int) end + between(REST_MILLIS_MIN, REST_MILLIS_MAX) + (lost ? REFILL_MILLIS : 0);
    }
    return new Plan(length, faults);
  }

  private List<Planned> round(int from) {
    var round = new ArrayList<FaultKind>();
    int wanted = between(AT_ONCE_MIN, AT_ONCE_MAX);
    var postponed = new ArrayList<FaultKind>();
    for (int tries = 0; round.size() < wanted && tries < kinds.size(); tries++) {
      if (next.isEmpty()) {
        refill(round, postponed);
      }
      var kind = next.isEmpty() ? null : next.pop();
      if (kind == null) {
        break;
      }
      (fits(kind, round) ? round : postponed).add(kind);
    }
    Collections.reverse(postponed);
    postponed.forEach(next::push);
    return round.stream().map(kind -> planned(kind, from)).toList();
  }

  private void refill(List<FaultKind> round, List<FaultKind> postponed) {
    var shuffled = new ArrayList<>(kinds);
    shuffled.removeAll(round);
    shuffled.removeAll(postponed);
    Collections.shuffle(shuffled, random);
    next.addAll(shuffled);
  }

  /** At most two that take somebody out, never two of one kind, and data go alone. */
  private static boolean fits(FaultKind kind, List<FaultKind> round) {
    long outages = round.stream().filter(each -> each.harm() != Harm.LIGHT).count();
    boolean data = round.stream().anyMatch(each -> each.harm() == Harm.DATA);
    return !round.contains(kind)
        && switch (kind.harm()) {
          case LIGHT -> true;
          case OUTAGE -> outages < 2 && !data;
          case DATA -> outages == 0;
        };
  }

  private Planned planned(FaultKind kind, int from) {
    int at = from + random.nextInt(Math.min(STAGGER_MILLIS, lastsMillisMax));
    var lasts =
        kind.lasting()
            ? Duration.ofMillis(between(LASTS_MILLIS_MIN, lastsMillisMax))
            : Duration.ZERO;
    var to = kind.aim() == Aim.LINKS && random.nextBoolean() ? some() : List.<String>of();
    var fault = new Fault(kind, on(kind, to), to, lasts, settings(kind));
    return new Planned(Duration.ofMillis(at), Aiming.aim(fault, scene, random));
  }

  private List<String> some() {
    return List.of(scene.machines().get(random.nextInt(scene.machines().size())));
  }

  private List<String> on(FaultKind kind, List<String> to) {
    if (kind.aim() == Aim.CLUSTER) {
      return List.of();
    }
    if (!to.isEmpty()) {
      var others = scene.machines().stream().filter(each -> !to.contains(each)).toList();
      return List.of(others.get(random.nextInt(others.size())));
    }
    boolean several = kind == FaultKind.PARTITION || kind == FaultKind.UNSYNCED_LOST;
    return List.of(
        several && scene.machines().size() > 2 && random.nextBoolean()
            ? Aiming.MINORITY
            : Aiming.ANY);
  }

  private SortedMap<String, Long> settings(FaultKind kind) {
    var drawn = new TreeMap<String, Long>();
    for (Setting setting : kind.settings()) {
      // From a quarter of the usual to twice it, and as often the other way where there is one.
      long value = setting.usual() / 4 + (long) (random.nextDouble() * setting.usual() * 7 / 4);
      boolean turned = setting.least() < 0 && random.nextBoolean();
      long kept = Math.max(setting.least(), Math.min(setting.most(), turned ? -value : value));
      drawn.put(setting.name(), kept == 0 ? setting.usual() : kept);
    }
    return drawn;
  }

  private int between(int least, int most) {
    return least + random.nextInt(most - least + 1);
  }
}
