package dev.regrow.chaos.fault;

import dev.regrow.chaos.fault.FaultException.Mistake;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/**
 * Whom the words mean that a fault may name in place of names: they are looked up when it happens,
 * since only then it is known who leads.
 */
public final class Aiming {

  /** One, drawn. */
  public static final String ANY = "any";

  /** All. */
  public static final String ALL = "all";

  /** Fewer than half, as many as that is, drawn. */
  public static final String MINORITY = "minority";

  /** The machine whose server leads the store; any, while nobody is known to. */
  public static final String LEADER = "leader";

  /** A machine whose server does not lead it. */
  public static final String FOLLOWER = "follower";

  /** Before a slot: the machine that its instance is on. */
  public static final String NODE_OF = "node-of ";

  static final List<String> WORDS = List.of(ANY, ALL, MINORITY, LEADER, FOLLOWER);

  private Aiming() {}

  /**
   * What there is to aim at.
   *
   * @param machines all, by name
   * @param servers those of them that keep the store
   * @param leader of the store; "" while nobody is known to lead
   * @param workloads by name
   * @param places the machine that the instance of each slot is on
   */
  public record Scene(
      List<String> machines,
      List<String> servers,
      String leader,
      List<String> workloads,
      Map<String, String> places) {
    public Scene {
      machines = List.copyOf(machines);
      servers = List.copyOf(servers);
      workloads = List.copyOf(workloads);
      places = Map.copyOf(places);
    }

    /** One of which nobody knows what runs where. */
    public Scene(
        List<String> machines, List<String> servers, String leader, List<String> workloads) {
      this(machines, servers, leader, workloads, Map.of());
    }

    /** The same, with what runs where. */
    public Scene with(Map<String, String> found) {
      return new Scene(machines, servers, leader, workloads, found);
    }
  }

  /** Whether it names whom it means, without a word to look up. */
  static boolean isAimed(Fault fault) {
    return fault.on().stream().noneMatch(name -> WORDS.contains(name) || name.startsWith(NODE_OF));
  }

  /**
   * The same fault with names only.
   *
   * @throws FaultException if a machine or slot is named that isn't there, or there is nobody to
   *     mean
   */
  public static Fault aim(Fault fault, Scene scene, RandomGenerator random) {
    if (fault.kind().aim() == Aim.CLUSTER) {
      return fault;
    }
    var on =
        fault.on().stream().flatMap(name -> named(name, fault, scene, random)).distinct().toList();
    if (on.isEmpty()) {
      throw new FaultException(List.of(new Mistake("on", fault.on() + " means nobody here")));
    }
    return fault.on(on);
  }

  private static Stream<String> named(
      String name, Fault fault, Scene scene, RandomGenerator random) {
    boolean instances = fault.kind().aim() == Aim.INSTANCES;
    if (name.startsWith(NODE_OF)) {
      return Stream.of(nodeOf(name.substring(NODE_OF.length()), scene));
    }
    if (!WORDS.contains(name)) {
      if (!instances && !scene.machines().contains(name)) {
        var message = "no machine is called %s; there are %s".formatted(name, scene.machines());
        throw new FaultException(List.of(new Mistake("on", message)));
      }
      return Stream.of(name);
    }
    var among = instances ? scene.workloads() : candidates(fault.kind(), scene);
    return switch (name) {
      case ALL -> among.stream();
      case MINORITY -> drawn(among, (among.size() - 1) / 2, random);
      case LEADER -> scene.leader().isEmpty() ? drawn(among, 1, random) : Stream.of(scene.leader());
      case FOLLOWER ->
          drawn(
              among.stream()
                  .filter(each -> instances || scene.servers().contains(each))
                  .filter(each -> !each.equals(scene.leader()))
                  .toList(),
              1,
              random);
      default -> drawn(among, 1, random);
    };
  }

  private static String nodeOf(String slot, Scene scene) {
    var machine = scene.places().get(slot);
    if (machine == null) {
      var message = "no instance of %s is anywhere".formatted(slot);
      throw new FaultException(List.of(new Mistake("on", message)));
    }
    return machine;
  }

  /** Some kinds mean something to servers, or to workers, alone. */
  private static List<String> candidates(FaultKind kind, Scene scene) {
    return switch (kind) {
      case DEMOTION, LOG_TRUNCATED, LOG_BIT_FLIPPED, SERVER_WIPED -> scene.servers();
      case PROMOTION ->
          scene.machines().stream().filter(each -> !scene.servers().contains(each)).toList();
      default -> scene.machines();
    };
  }

  private static Stream<String> drawn(List<String> among, int count, RandomGenerator random) {
    var shuffled = new ArrayList<>(among);
    Collections.shuffle(shuffled, new Random(random.nextLong()));
    return shuffled.stream().limit(count);
  }
}
