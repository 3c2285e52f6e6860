package dev.regrow.core.store.raft;

import java.util.Arrays;
import java.util.Map;
import org.apache.ratis.util.AwaitToRun;

/**
 * A deadlock of Ratis 3.3: who closes a log holds its write lock, and joins the thread that evicts
 * segments from memory, which may wait for that very lock; both would for good. Whoever joins can
 * be interrupted, goes on with closing then, and gives the lock back.
 */
final class StuckClose {

  private StuckClose() {}

  /**
   * Interrupts the threads of this server that close a log and wait for its evictions.
   *
   * @param server as Ratis names its threads after
   * @return whether there were any
   */
  static boolean free(String server) {
    var stuck =
        Thread.getAllStackTraces().entrySet().stream()
            .filter(each -> each.getKey().getName().startsWith(server))
            .filter(StuckClose::joinsEviction)
            .map(Map.Entry::getKey)
            .toList();
    stuck.forEach(Thread::interrupt);
    return !stuck.isEmpty();
  }

  private static boolean joinsEviction(Map.Entry<Thread, StackTraceElement[]> thread) {
    return Arrays.stream(thread.getValue())
        .anyMatch(
            frame ->
                frame.getClassName().equals(AwaitToRun.class.getName())
                    && frame.getMethodName().equals("close"));
  }
}
