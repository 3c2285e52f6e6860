package dev.regrow.actors.bootstrap;

import dev.regrow.core.disk.DiskFull;
import java.io.IOException;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets steps of a start wait for room on a full disk. A node that takes on another role, or comes
 * back, must not end for that: what it runs would have no agent, also when there is room again.
 */
public final class DiskWait {

  private static final Logger LOG = LoggerFactory.getLogger(DiskWait.class);

  /** Waits for nothing: whoever starts a node is told at once what stands against it. */
  public static final DiskWait NONE = new DiskWait(() -> true, () -> {});

  private final BooleanSupplier over;
  private final Runnable pause;

  /**
   * @param over whether the start is wanted no more
   * @param pause before each further attempt
   */
  public DiskWait(BooleanSupplier over, Runnable pause) {
    this.over = over;
    this.pause = pause;
  }

  /** Something that can be tried again. */
  @FunctionalInterface
  interface Step<T> {
    T take() throws IOException;
  }

  /**
   * Takes a step, again and again while the disk has no room for it.
   *
   * @throws IOException as the step, for any other reason, or when the start is wanted no more
   */
  <T> T until(Step<? extends T> step) throws IOException {
    while (true) {
      try {
        return step.take();
      } catch (IOException | RuntimeException failed) {
        if (over.getAsBoolean() || !DiskFull.caused(failed)) {
          throw failed;
        }
        LOG.warn("this node goes on starting when its disk has room: {}", failed.getMessage());
      }
      pause.run();
    }
  }
}
