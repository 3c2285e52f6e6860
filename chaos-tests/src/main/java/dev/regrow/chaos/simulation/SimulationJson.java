package dev.regrow.chaos.simulation;

import dev.regrow.schema.PlainData;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a simulation found, for programs: each on one line, every number plain. */
final class SimulationJson {

  private SimulationJson() {}

  /**
   * One large fleet.
   *
   * @param heapBytes in use when all were placed
   */
  static String of(FleetSimulation.Size size, FleetSimulation.Result result, long heapBytes) {
    var json = new LinkedHashMap<String, Object>();
    json.put("seed", size.seed());
    json.put("nodes", size.nodes());
    json.put("workloads", size.workloads());
    json.put("instances", size.instances());
    json.put("placed", result.placed());
    json.put("refused", result.refused());
    json.put("nowhere", result.nowhere());
    json.put("seconds", rounded(result.seconds()));
    json.put("placementsPerSecond", result.perSecond());
    json.put("heapBytes", heapBytes);
    json.put("quality", figures(result.quality()));
    json.put("greedy", figures(result.greedy()));
    return PlainData.toJson(json);
  }

  /** Schedules that all kept every promise. */
  static String of(long firstSeed, int schedules, int operations, int faults, double seconds) {
    var json = new LinkedHashMap<String, Object>();
    json.put("seed", firstSeed);
    json.put("schedules", schedules);
    json.put("nodes", Schedule.NODES);
    json.put("operations", operations);
    json.put("faults", faults);
    json.put("seconds", rounded(seconds));
    json.put("schedulesPerMinute", Math.round(60 * schedules / seconds));
    json.put("broken", List.of());
    return PlainData.toJson(json);
  }

  /** A schedule that broke a promise. */
  static String of(Simulation.Outcome outcome) {
    var json = new LinkedHashMap<String, Object>();
    json.put("seed", outcome.seed());
    json.put("nodes", Schedule.NODES);
    json.put("operations", outcome.operations());
    json.put("faults", outcome.faults());
    json.put("broken", outcome.broken().stream().map(String::valueOf).toList());
    return PlainData.toJson(json);
  }

  /** Shares of 1. */
  private static Map<String, Object> figures(FleetQuality.Figures figures) {
    var json = new LinkedHashMap<String, Object>();
    json.put("utilisation", rounded(figures.mean()));
    json.put("deviation", rounded(figures.deviation()));
    json.put("fullest", rounded(figures.fullest()));
    json.put("spreadError", rounded(figures.spreadError()));
    return json;
  }

  private static double rounded(double number) {
    return Math.round(number * 1e6) / 1e6;
  }
}
