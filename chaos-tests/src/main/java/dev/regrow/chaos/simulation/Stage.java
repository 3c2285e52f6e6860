package dev.regrow.chaos.simulation;

import dev.regrow.core.model.Now;
import java.util.PriorityQueue;
import java.util.Random;

/** Time and chance of one run: everything happens here, one after the other. */
final class Stage {

  private static final long WALL_MILLIS = 1_700_000_000_000L;

  final Random random;
  private final PriorityQueue<Timed> agenda = new PriorityQueue<>(1_024);
  private long clock = 1_000;
  private long order;
  private long digest = 17;

  private record Timed(long at, long order, Runnable task) implements Comparable<Timed> {
    @Override
    public int compareTo(Timed other) {
      return at == other.at ? Long.compare(order, other.order) : Long.compare(at, other.at);
    }
  }

  Stage(long seed) {
    random = new Random(seed);
  }

  long millis() {
    return clock;
  }

  long nanos() {
    return clock * 1_000_000;
  }

  Now now() {
    return new Now(clock, WALL_MILLIS + clock);
  }

  void after(long millis, Runnable task) {
    agenda.add(new Timed(clock + Math.max(0, millis), order++, task));
  }

  /** At random, from {@code least} to before {@code most}. */
  long between(long least, long most) {
    return least + random.nextInt((int) (most - least));
  }

  /** Lets so much time pass, with all that happens in it. */
  void pass(long millis) {
    long until = clock + millis;
    while (!agenda.isEmpty() && agenda.peek().at() <= until) {
      var next = agenda.remove();
      clock = Math.max(clock, next.at());
      digest = digest * 31 + clock;
      next.task().run();
    }
    clock = until;
  }

  /** Goes into the digest of the run. */
  void note(String happened) {
    digest = digest * 31 + happened.hashCode();
  }

  /** Of all that happened so far; equal for equal runs. */
  long digest() {
    return digest * 31 + order;
  }
}
