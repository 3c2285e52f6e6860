package dev.regrow.chaos.simulation;

import java.util.List;

/**
 * What happens to a simulated cluster from outside, and when. Node numbers count from 0.
 *
 * @param atMillis after the beginning
 */
record Event(long atMillis, Action action) implements Comparable<Event> {

  @Override
  public int compareTo(Event other) {
    return Long.compare(atMillis, other.atMillis);
  }

  @Override
  public String toString() {
    return "at %d %s".formatted(atMillis, action);
  }

  /** An operation of a client, or a fault. Faults undo themselves after their time. */
  sealed interface Action {
    default boolean isFault() {
      return !(this instanceof Apply
          || this instanceof Scale
          || this instanceof Restart
          || this instanceof Delete
          || this instanceof Read);
    }
  }

  record Apply(int via, String workload, String command, int replicas) implements Action {}

  record Scale(int via, String workload, int replicas) implements Action {}

  record Restart(int via, String workload) implements Action {}

  record Delete(int via, String workload) implements Action {}

  record Read(int via, String workload) implements Action {}

  /** JVM, shims and processes at once. */
  record MachineDies(int node, long forMillis) implements Action {}

  record JvmDies(int node, long forMillis) implements Action {}

  record JvmHangs(int node, long forMillis) implements Action {}

  record AllDie(long forMillis) implements Action {}

  record CutOff(List<Integer> nodes, long forMillis) implements Action {}

  record OneWay(int from, int to, long forMillis) implements Action {}

  /** No server of one half hears the other, but one node hears both. */
  record Bridge(int middle, long forMillis) implements Action {}

  record Lossy(int percent, long forMillis) implements Action {}

  record Late(int millis, long forMillis) implements Action {}

  record SlowDisk(int node, int fsyncMillis, long forMillis) implements Action {}

  /** Only where it cannot cost what a majority has written. */
  record DiskLost(int node, long forMillis) implements Action {}

  record ProcessDies(int node) implements Action {}
}
