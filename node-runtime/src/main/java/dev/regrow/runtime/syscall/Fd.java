package dev.regrow.runtime.syscall;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntConsumer;

/**
 * A file descriptor that we own. Closing twice is harmless, so a recycled number is never closed.
 */
public final class Fd implements AutoCloseable {

  private final int number;
  private final IntConsumer closer;
  private final AtomicBoolean closed = new AtomicBoolean();

  Fd(int number, IntConsumer closer) {
    this.number = number;
    this.closer = closer;
  }

  /**
   * The number that the kernel knows it by.
   *
   * @throws IllegalStateException if it was closed: the number may be another file's by now
   */
  public int number() {
    if (closed.get()) {
      throw new IllegalStateException("file descriptor " + number + " was closed");
    }
    return number;
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      closer.accept(number);
    }
  }

  @Override
  public String toString() {
    return "fd " + number + (closed.get() ? " (closed)" : "");
  }
}
