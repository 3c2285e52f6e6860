package dev.regrow.chaos.report;

import dev.regrow.chaos.history.RunLog;
import dev.regrow.chaos.history.RunLog.Event;
import dev.regrow.chaos.history.RunLog.Lane;
import dev.regrow.chaos.history.RunLog.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Runs of the library that might have been. */
final class RunLogs {

  private RunLogs() {}

  static Event event(Lane lane, String row, String kind, long from, long until, String text) {
    return new Event(lane, row, kind, Duration.ofMillis(from), Duration.ofMillis(until), text);
  }

  static RunLog red() {
    return log(
        List.of(
            new Verdict("converges", true, ""),
            new Verdict("durability", true, ""),
            new Verdict("linearizability", true, ""),
            new Verdict(
                "exclusivity", false, "only-1: 4711 met 4712\nn1 began it at 9.1 s\nn3 at 9.4 s"),
            new Verdict("nothing is left", true, "")));
  }

  static RunLog green() {
    return log(
        List.of(
            new Verdict("converges", true, ""),
            new Verdict("durability", true, ""),
            new Verdict("nothing is left", true, "")));
  }

  private static RunLog log(List<Verdict> verdicts) {
    return new RunLog(
        "chaos run",
        -17,
        "mvn verify -Dit.test=ChaosRunIT -Dregrow.seed=-17",
        Instant.parse("2026-11-30T08:00:00Z"),
        Duration.ofMillis(31_400),
        Stream.of(faults(), instances(), service()).flatMap(List::stream).toList(),
        verdicts);
  }

  private static List<Event> faults() {
    return List.of(
        event(Lane.FAULT, "n1", "link-delay", 2_100, 8_000, "links of n1, n2 are late by 200ms"),
        event(Lane.FAULT, "n2", "link-delay", 2_100, 8_001, "links of n1, n2 are late by 200ms"),
        event(Lane.FAULT, "n2", "machine-death", 4_000, 11_300, "n2 died in silence"),
        event(Lane.FAULT, "steady", "instance-kill", 15_000, 15_000, "steady-4 on n3 killed"),
        event(Lane.FAULT, "n3", "disk-full", 14_000, 19_800, "no room on n3"),
        event(
            Lane.NOTE,
            "plan",
            "note",
            16_000,
            16_000,
            "{kind: server-wiped, on: n1, for: 3s} skipped: another machine is away"));
  }

  private static List<Event> instances() {
    var only =
        List.of(
            event(Lane.INSTANCE, "only-1", "n2", 0, 9_900, "only-1-a1b2, attempt 1"),
            event(Lane.INSTANCE, "only-1", "n3", 9_400, 31_000, "only-1-c3d4, attempt 1"));
    var steady =
        IntStream.range(0, 6)
            .mapToObj(
                i -> {
                  var slot = "steady-" + i;
                  var node = "n" + (1 + i % 3);
                  return event(
                      Lane.INSTANCE,
                      slot,
                      node,
                      0,
                      i == 4 ? 15_200 : 31_000,
                      slot + "-x, attempt 1");
                })
            .toList();
    var again =
        List.of(event(Lane.INSTANCE, "steady-4", "n3", 15_900, 31_000, "steady-4-x, attempt 2"));
    return Stream.of(only, steady, again).flatMap(List::stream).toList();
  }

  private static List<Event> service() {
    return List.of(
        event(Lane.AVAILABILITY, "changes", "up", 0, 4_000, ""),
        event(Lane.AVAILABILITY, "changes", "down", 4_000, 6_500, ""),
        event(Lane.AVAILABILITY, "changes", "up", 6_500, 31_000, ""),
        event(Lane.HEAL, "all", "link-delay", 8_000, 12_900, ""),
        event(Lane.HEAL, "all", "machine-death", 11_300, 12_900, ""),
        event(Lane.HEAL, "all", "instance-kill", 15_000, 16_100, ""),
        event(Lane.HEAL, "all", "disk-full", 19_800, 20_000, ""));
  }
}
