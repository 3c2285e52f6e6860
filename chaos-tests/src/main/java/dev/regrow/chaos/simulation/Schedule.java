package dev.regrow.chaos.simulation;

import dev.regrow.chaos.simulation.Event.Action;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What happens in one run: so many operations and faults, at random times of its length.
 *
 * @param seed of chance in the run itself: delays, losses, elections
 */
record Schedule(long seed, int servers, List<Event> events) {

  static final int NODES = 5;
  static final long LENGTH_MILLIS = 30_000;

  Schedule {
    events = List.copyOf(events);
  }

  /** Draws one; with a bug put in, of the faults that show it. */
  static Schedule draw(long seed, int operations, int faults, Set<Bug> bugs) {
    var random = new Random(seed * 31 + 7);
    var events = new ArrayList<Event>();
    for (int i = 0; i < operations; i++) {
      events.add(new Event(time(random), operation(random, i)));
    }
    for (int i = 0; i < faults; i++) {
      boolean disks = bugs.contains(Bug.VOTE_FROM_EMPTY_LOG);
      events.add(new Event(time(random), disks ? faultOfDisks(random) : fault(random)));
    }
    Collections.sort(events);
    return new Schedule(seed, random.nextBoolean() ? 3 : 5, events);
  }

  private static long time(Random random) {
    return random.nextInt((int) LENGTH_MILLIS);
  }

  private static Action operation(Random random, int count) {
    int via = random.nextInt(NODES);
    return switch (random.nextInt(10)) {
      case 0, 1 -> new Event.Apply(via, "web", "v" + count, 1 + random.nextInt(4));
      case 2 -> new Event.Apply(via, "db", "v" + count, 1 + random.nextInt(2));
      case 3 -> new Event.Restart(via, random.nextBoolean() ? "web" : "db");
      case 4 ->
          random.nextBoolean()
              ? new Event.Apply(via, "tmp", "v" + count, 1)
              : new Event.Delete(via, "tmp");
      case 5, 6, 7 -> new Event.Read(via, "reg");
      default -> new Event.Scale(via, "reg", random.nextInt(4));
    };
  }

  private static Action fault(Random random) {
    int node = random.nextInt(NODES);
    long length = 500L + random.nextInt(random.nextInt(3) == 0 ? 14_000 : 4_000);
    return switch (random.nextInt(15)) {
      case 0, 1 -> new Event.MachineDies(node, length);
      case 2 -> new Event.JvmDies(node, length);
      case 3 -> new Event.JvmHangs(node, length);
      case 4 -> new Event.AllDie(length);
      case 5, 6 -> new Event.CutOff(some(random), length);
      case 7 -> new Event.OneWay(node, (node + 1 + random.nextInt(NODES - 1)) % NODES, length);
      case 8 -> new Event.Bridge(node, length);
      case 9 -> new Event.Lossy(5 + random.nextInt(30), length);
      case 10 -> new Event.Late(50 + random.nextInt(1_500), length);
      case 11 -> new Event.SlowDisk(node, 50 + random.nextInt(900), length);
      case 12 -> new Event.DiskLost(node, length);
      default -> new Event.ProcessDies(node);
    };
  }

  /** Servers lose their disks while others are away. */
  private static Action faultOfDisks(Random random) {
    int node = random.nextInt(3);
    long length = 2_000L + random.nextInt(4_000);
    return switch (random.nextInt(3)) {
      case 0 -> new Event.MachineDies(node, length);
      case 1 -> new Event.CutOff(List.of(node), length);
      default -> new Event.DiskLost(node, 300 + random.nextInt(1_500));
    };
  }

  private static List<Integer> some(Random random) {
    int first = random.nextInt(NODES);
    return random.nextBoolean() ? List.of(first) : List.of(first, (first + 1) % NODES);
  }

  Schedule with(List<Event> fewer) {
    return new Schedule(seed, servers, fewer);
  }

  /** As a script: one line for each thing that happens. */
  String script() {
    return "seed %d, %d servers of %d nodes%n".formatted(seed, servers, NODES)
        + events.stream().map(event -> "  " + event).collect(Collectors.joining("\n"));
  }
}
