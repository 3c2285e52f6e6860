package dev.regrow.runtime.launch;

import dev.regrow.runtime.spare.Spares;
import dev.regrow.runtime.syscall.Errno;
import dev.regrow.runtime.syscall.Fd;
import dev.regrow.runtime.syscall.Kernel;
import dev.regrow.runtime.syscall.Signal;
import dev.regrow.runtime.syscall.SyscallException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
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
  private final Spares<Waiting> spares;

  Shims(Kernel kernel, Path program) {
    this.kernel = kernel;
    this.program = program;
    this.spares = new Spares<>("regrow-shims", "a shim", READY, this::make, this::end);
  }

  /** A shim of the caller's own, ready or made now. */
  Waiting take() {
    for (var spare = spares.poll(); spare != null; spare = spares.poll()) {
      if (!kernel.pollReadable(spare.pidfd(), Duration.ZERO)) {
        return spare;
      }
      LOG.warn("a waiting shim, pid {}, ended before its use; another is taken", spare.pid());
      end(spare);
    }
    return make();
  }

  /** Pids of those that are ready. */
  List<Integer> waiting() {
    return spares.waiting().stream().map(Waiting::pid).toList();
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
  void refill() {
    spares.refill();
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
    spares.close();
  }
}
