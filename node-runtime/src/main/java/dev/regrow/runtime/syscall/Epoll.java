package dev.regrow.runtime.syscall;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Many descriptors, one waiting thread (epoll(7)). All methods but {@link #await} may be called
 * from any thread.
 */
public interface Epoll extends AutoCloseable {

  /**
   * From now on {@link #await} reports {@code key} while {@code fd} can be read, has ended or has
   * failed. Wakes a thread that waits already.
   *
   * @param key any number of the caller's, not negative
   */
  void add(Fd fd, long key);

  /** To be called before the descriptor is closed. */
  void remove(Fd fd);

  /**
   * Waits for at least one, or for {@link #wakeUp}. One thread at a time.
   *
   * @param timeout null: as long as it takes
   * @return the keys of those that are ready, at most 256 at a time; empty after a timeout or a
   *     wake-up
   */
  long[] await(@Nullable Duration timeout);

  /** Lets {@link #await} return, now or the next time. */
  void wakeUp();

  @Override
  void close();
}
