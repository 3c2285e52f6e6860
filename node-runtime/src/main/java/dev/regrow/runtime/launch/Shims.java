package dev.regrow.runtime.launch;

import dev.regrow.runtime.syscall.Errno;
import dev.regrow.runtime.syscall.Fd;
import dev.regrow.runtime.syscall.Kernel;
import dev.regrow.runtime.syscall.Signal;
import dev.regrow.runtime.syscall.SyscallException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shims that wait for a configuration. A few are kept ready, so that a start need not wait for
 * exec, a user namespace and pipes: they are made anew between starts. A shim whose agent dies
 * before it had a use for it ends by itself. Thread-safe.
 */
final class Shims implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Shims.class);
  private static final int CONFIG = 3;
  private static final int REPORT = 4;

  /** A second one is made while the first is used; more would help only crowds, and cost memory. */
  private static final int READY = 2;

  /** Room for a name in the command line: no file may have a longer one. */
  private static final String NAMELESS = "-".repeat(255);

  private static final Duration REAP_PATIENCE = Duration.ofSeconds(10);

  /**
   * One that waits. Its end of the pipe closed without a configuration, it ends.
   *
   * @param config takes u32 length and the configuration
   * @param report says how the start went
   */
  record Waiting(int pid, Fd pidfd, Fd config, Fd report) implements AutoCloseable {
    @Override
    public void close() {
      pidfd.close();
      config.close();
      report.close();
    }
  }

  private final Kernel kernel;
  private final Path program;
  private final ArrayDeque<Waiting> ready = new ArrayDeque<>();
  private final ExecutorService maker;
  private boolean closed;

  Shims(Kernel kernel, Path program) {
    this.kernel = kernel;
    this.program = program;
    var pool =
        new ThreadPoolExecutor(
            1,
            1,
            10,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> {
              var thread = new Thread(task, "regrow-shims");
              thread.setDaemon(true);
              return thread;
            });
    pool.allowCoreThreadTimeOut(true);
    this.maker = pool;
  }

  /** A shim of the caller's own, ready or made now. */
  Waiting take() {
    for (var spare = poll(); spare != null; spare = poll()) {
      if (!kernel.pollReadable(spare.pidfd(), Duration.ZERO)) {
        return spare;
      }
      LOG.warn("a waiting shim, pid {}, ended before its use; another is taken", spare.pid());
      end(spare);
    }
    return make();
  }

  private synchronized @Nullable Waiting poll() {
    return ready.poll();
  }

  /** Pids of those that are ready. */
  synchronized List<Integer> waiting() {
    return ready.stream().map(Waiting::pid).toList();
  }

  private Waiting make() {
    var config = kernel.pipe();
    var report = kernel.pipe();
    try {
      int pid =
          kernel.posixSpawn(
              program,
              List.of("regrow-shim", NAMELESS),
              Map.of(),
              Map.of(CONFIG, config.readEnd(), REPORT, report.writeEnd()));
      return new Waiting(pid, kernel.pidfdOpen(pid), config.writeEnd(), report.readEnd());
    } catch (SyscallException e) {
      config.writeEnd().close();
      report.readEnd().close();
      throw e;
    } finally {
      config.readEnd().close();
      report.writeEnd().close();
    }
  }

  /** Sees to it that the next start finds one; returns at once. */
  synchronized void refill() {
    if (!closed && ready.size() < READY) {
      maker.execute(this::makeReady);
    }
  }

  private void makeReady() {
    synchronized (this) {
      if (closed || ready.size() >= READY) {
        return;
      }
    }
    try {
      var made = make();
      synchronized (this) {
        if (!closed) {
          ready.add(made);
          return;
        }
      }
      end(made);
    } catch (SyscallException e) {
      LOG.warn("cannot start a shim ahead of its use: {}", e.getMessage());
    }
  }

  /** Ends and reaps a shim, whatever it does; our child, not reaped: still its own number. */
  void kill(int pid) {
    try (var pidfd = kernel.pidfdOpen(pid)) {
      kernel.pidfdSendSignal(pidfd, Signal.KILL);
      kernel.pollReadable(pidfd, REAP_PATIENCE);
      kernel.waitid(pidfd);
    } catch (SyscallException e) {
      if (e.errno() != Errno.ESRCH) {
        throw e;
      }
    }
  }

  private void end(Waiting shim) {
    shim.close();
    kill(shim.pid());
  }

  /** Ends those that wait. */
  @Override
  public void close() {
    synchronized (this) {
      closed = true;
    }
    maker.shutdown();
    try {
      if (!maker.awaitTermination(REAP_PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        LOG.warn("a shim is still being started");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    for (var spare = poll(); spare != null; spare = poll()) {
      end(spare);
    }
  }
}
