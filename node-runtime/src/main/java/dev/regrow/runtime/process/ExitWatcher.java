package dev.regrow.runtime.process;

import dev.regrow.runtime.syscall.Epoll;
import dev.regrow.runtime.syscall.Fd;
import dev.regrow.runtime.syscall.Kernel;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Learns of the ends of processes from the kernel, by their pidfds: one thread for all, no polling
 * interval between a death and the news of it.
 */
final class ExitWatcher implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ExitWatcher.class);

  private record Watched(Fd pidfd, Runnable onEnd) {}

  private final Kernel kernel;
  private final Epoll epoll;
  private final Map<Long, Watched> watched = new ConcurrentHashMap<>();
  private final AtomicLong keys = new AtomicLong();
  private final Thread thread;
  private volatile boolean closed;

  ExitWatcher(Kernel kernel) {
    this.kernel = kernel;
    this.epoll = kernel.epollCreate();
    this.thread = new Thread(this::run, "regrow-exit-watcher");
    thread.setDaemon(true);
    thread.start();
  }

  /**
   * Takes the pidfd over.
   *
   * @param onEnd runs once on the watcher's thread, after the process was reaped if it is our
   *     child: it must be quick
   */
  void watch(Fd pidfd, Runnable onEnd) {
    long key = keys.incrementAndGet();
    watched.put(key, new Watched(pidfd, onEnd));
    epoll.add(pidfd, key);
  }

  private void run() {
    while (!closed) {
      for (long key : epoll.await(null)) {
        var ended = watched.remove(key);
        if (ended != null) {
          end(ended);
        }
      }
    }
  }

  private void end(Watched ended) {
    try {
      epoll.remove(ended.pidfd);
      kernel.waitid(ended.pidfd);
      ended.pidfd.close();
      ended.onEnd.run();
    } catch (RuntimeException e) {
      // One instance's trouble must not end the watch over all the others.
      LOG.error("handling the end of a process failed", e);
    }
  }

  /**
   * The processes live on. What the thread waits with is closed by the closer: a thread that is
   * awake already may end before it is woken up.
   */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    epoll.wakeUp();
    try {
      thread.join(5_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (thread.isAlive()) {
      LOG.warn("the handling of an end takes too long; its descriptors stay open with this JVM");
      return;
    }
    epoll.close();
    watched.values().forEach(each -> each.pidfd.close());
    watched.clear();
  }
}
