package dev.regrow.chaos.scenario;

import dev.regrow.chaos.fault.Fault;
import dev.regrow.chaos.fault.FaultKind;
import dev.regrow.chaos.fault.Playing;
import dev.regrow.chaos.history.RunLog.Event;
import dev.regrow.chaos.history.RunLog.Lane;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/** Writes down, and prints, which faults were in place when. */
final class FaultNotes implements Playing.Listener {

  private record Begun(Duration at, String done) {}

  private final Supplier<Duration> now;
  private final Map<Integer, Begun> begun = new HashMap<>();
  private final Set<String> filled = new HashSet<>();
  private final List<Event> events = new ArrayList<>();

  /**
   * @param now since the run began, which may be before the plan did
   */
  FaultNotes(Supplier<Duration> now) {
    this.now = now;
  }

  @Override
  public void begun(int number, Fault fault, Duration at, String done) {
    begun.put(number, new Begun(now.get(), done));
    if (fault.kind() == FaultKind.DISK_FULL) {
      filled.addAll(fault.on());
    }
    print("%s: %s".formatted(fault, done));
  }

  @Override
  public void ended(int number, Fault fault, Duration at) {
    var its = begun.getOrDefault(number, new Begun(now.get(), ""));
    var rows = fault.on().isEmpty() ? List.of("cluster") : fault.on();
    for (String row : rows) {
      events.add(new Event(Lane.FAULT, row, fault.kind().text(), its.at(), now.get(), its.done()));
    }
    print("over: " + fault);
  }

  @Override
  public void skipped(int number, Fault fault, Duration at, String why) {
    var text = "%s skipped: %s".formatted(fault, why);
    events.add(new Event(Lane.NOTE, "plan", "note", now.get(), now.get(), text));
    print(text);
  }

  private void print(String what) {
    System.out.printf("%6d ms  %s%n", now.get().toMillis(), what);
  }

  List<Event> all() {
    return List.copyOf(events);
  }

  List<Event> events(Lane lane) {
    return events.stream().filter(event -> event.lane() == lane).toList();
  }

  /** Machines whose disk was full at some time. */
  Set<String> filled() {
    return Set.copyOf(filled);
  }
}
