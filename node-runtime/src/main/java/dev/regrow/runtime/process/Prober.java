package dev.regrow.runtime.process;

import dev.regrow.runtime.Printable;
import dev.regrow.runtime.Probe;
import dev.regrow.runtime.Probe.Outcome;
import dev.regrow.runtime.RuntimeFailure;
import dev.regrow.runtime.cgroup.InstanceCgroup;
import dev.regrow.runtime.launch.Joiner;
import dev.regrow.runtime.launch.Joiner.Result;
import dev.regrow.runtime.shim.ShimReport;
import dev.regrow.runtime.state.InstanceFile;
import dev.regrow.runtime.state.ProcFs;
import dev.regrow.runtime.state.Status.ProcessId;
import dev.regrow.runtime.syscall.Fd;
import dev.regrow.runtime.syscall.Kernel;
import dev.regrow.runtime.syscall.SyscallException;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks instances whether they are well: over sockets that are opened in their network namespaces,
 * or by a command that joins them. Threads are there only while something is asked. Thread-safe.
 */
final class Prober implements AutoCloseable {

  /** Each waits for one answer; where more hang at a time, the others are asked later. */
  private static final int THREADS = 16;

  /** The main thread's: that never leaves. */
  private static final Path OWN_NETWORK = Path.of("/proc/self/ns/net");

  private static final long MOMENT_MILLIS = 100;
  private static final long AGAIN_NANOS = 10_000_000;
  private static final Logger LOG = LoggerFactory.getLogger(Prober.class);
  private static final Duration CONNECT_WITHIN = Duration.ofSeconds(5);
  private static final String LOOPBACK = "127.0.0.1";

  private final Kernel kernel;
  private final Joiner joiner;
  private final Fd home;
  private final ExecutorService threads = Threads.pool("regrow-probes", THREADS);

  Prober(Kernel kernel, Joiner joiner) {
    this.kernel = kernel;
    this.joiner = joiner;
    this.home = kernel.open(OWN_NETWORK, Set.of(), 0);
  }

  /**
   * Whom to ask.
   *
   * @param init its PID 1, on the host
   * @param workload its own process, on the host
   */
  record Target(InstanceFile file, ProcessId init, int workload, InstanceCgroup cgroup) {
    /** Where its clients find it. */
    String address() {
      var own = file.address();
      return own == null ? LOOPBACK : own;
    }
  }

  CompletionStage<Outcome> probe(Target target, Probe probe, Duration timeout) {
    var outcome = new CompletableFuture<Outcome>();
    try {
      threads.execute(
          () -> {
            var judgement = Outcome.failed("the node failed to ask");
            try {
              judgement = judged(target, probe, timeout);
            } finally {
              outcome.complete(judgement);
            }
          });
    } catch (RejectedExecutionException e) {
      outcome.complete(Outcome.failed("the node is stopping"));
    }
    return outcome.minimalCompletionStage();
  }

  /** Connects from inside its network. */
  CompletionStage<SocketChannel> connect(Target target, int port) {
    var connected = new CompletableFuture<SocketChannel>();
    try {
      threads.execute(
          () -> {
            try {
              connected.complete(
                  inNetworkOf(
                      target,
                      () ->
                          Connecting.to(List.of(LOOPBACK, target.address()), port, CONNECT_WITHIN),
                      () -> {
                        throw new RuntimeFailure(target.file().key() + " has ended", true);
                      }));
            } catch (SyscallException e) {
              connected.completeExceptionally(
                  new RuntimeFailure("cannot connect: " + e.getMessage(), true, e));
            } catch (RuntimeException e) {
              connected.completeExceptionally(e);
            }
          });
    } catch (RejectedExecutionException e) {
      connected.completeExceptionally(new RuntimeFailure("the node is stopping", true));
    }
    return connected.minimalCompletionStage();
  }

  private Outcome inNetworkOf(Target target, Supplier<Outcome> question) {
    return inNetworkOf(target, question, () -> Outcome.failed("it has ended"));
  }

  private Outcome judged(Target target, Probe probe, Duration timeout) {
    try {
      if (probe instanceof Probe.Http http) {
        return inNetworkOf(
            target, () -> SocketProbe.http(target.address(), http.port(), http.path(), timeout));
      } else if (probe instanceof Probe.Tcp tcp) {
        return inNetworkOf(target, () -> SocketProbe.tcp(target.address(), tcp.port(), timeout));
      }
      return exec(target, ((Probe.Exec) probe).command(), timeout);
    } catch (SyscallException | RuntimeFailure e) {
      return Outcome.failed("cannot be asked: " + e.getMessage());
    }
  }

  /** Sockets are of the namespace that their thread is in when it opens them. */
  private <T> T inNetworkOf(Target target, Supplier<T> question, Supplier<T> gone) {
    int pid = target.init().pid();
    kernel.enterNetwork(Path.of("/proc/" + pid + "/ns/net"));
    try {
      // Only now: had the number become another's before, it would have started later.
      return ProcFs.startTicks(pid) == target.init().startTicks() ? question.get() : gone.get();
    } finally {
      comeHome();
    }
  }

  /** A thread must not stay elsewhere, nor end there: its successor would begin there, too. */
  private void comeHome() {
    while (true) {
      try {
        kernel.enterNetwork(home);
        return;
      } catch (SyscallException e) {
        LOG.error("cannot leave the network of an instance, and try again: {}", e.getMessage());
        LockSupport.parkNanos(AGAIN_NANOS);
      }
    }
  }

  private Outcome exec(Target target, List<String> command, Duration timeout) {
    var user = target.file().user();
    if (user == null) {
      return Outcome.failed(
          "cannot be asked by a command: an older release started it; restart it");
    }
    var program = Printable.of(command.get(0));
    var result =
        joiner.run(
            new Joiner.Command(
                target.init(),
                user.uid(),
                user.gid(),
                user.workdir(),
                user.grants(),
                target.file().limits().ulimits(),
                command,
                Environment.of(target.workload(), target.file().slot()),
                target.cgroup().v1Tasks(),
                target.cgroup().v2Directory()),
            timeout);
    if (result instanceof Result.Exited exited) {
      return exited.code() == 0
          ? Outcome.WELL
          : Outcome.failed("%s exited with %d".formatted(program, exited.code()));
    } else if (result instanceof Result.Overdue) {
      return Outcome.failed("%s did not end within %d ms".formatted(program, timeout.toMillis()));
    }
    return Outcome.failed(words(program, ((Result.Failed) result).report()));
  }

  private static String words(String program, ShimReport report) {
    return report instanceof ShimReport.Failed failed
        ? "cannot run %s: %s failed on %s (errno %d)"
            .formatted(program, failed.stage(), Printable.of(failed.subject()), failed.errno())
        : "%s was killed".formatted(program);
  }

  @Override
  public void close() {
    threads.shutdownNow();
    try {
      if (threads.awaitTermination(MOMENT_MILLIS, TimeUnit.MILLISECONDS)) {
        home.close(); // Else somebody has to come home yet.
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
