package dev.regrow.runtime.process;

import dev.regrow.runtime.Exec;
import dev.regrow.runtime.RuntimeFailure;
import dev.regrow.runtime.launch.Joiner;
import dev.regrow.runtime.shim.ShimReport;
import dev.regrow.runtime.state.ProcFs;
import dev.regrow.runtime.syscall.Kernel;
import dev.regrow.runtime.syscall.SyscallException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Starts commands in instances for people, and sees to it that none outlives its session. Threads
 * are there only while something runs. Thread-safe.
 */
final class Execs implements AutoCloseable {

  private static final Duration START_WITHIN = Duration.ofSeconds(20);
  private static final Duration END_WITHIN = Duration.ofSeconds(10);
  private static final int ENOENT = 2;
  private static final int EACCES = 13;

  private final Kernel kernel;
  private final Joiner joiner;
  private final AtomicLong number = new AtomicLong();
  private final Set<ExecSession> running = ConcurrentHashMap.newKeySet();
  private final ExecutorService threads =
      Executors.newCachedThreadPool(
          work -> {
            var thread = new Thread(work, "regrow-exec");
            thread.setDaemon(true);
            return thread;
          });

  Execs(Kernel kernel, Joiner joiner) {
    this.kernel = kernel;
    this.joiner = joiner;
  }

  CompletionStage<Exec.Session> start(
      Prober.Target target, Exec.Command command, Exec.Listener listener) {
    var begun = new CompletableFuture<Exec.Session>();
    try {
      threads.execute(
          () -> {
            try {
              begun.complete(startNow(target, command, listener));
            } catch (RuntimeException e) {
              begun.completeExceptionally(e);
            }
          });
    } catch (RejectedExecutionException e) {
      begun.completeExceptionally(new RuntimeFailure("the node is stopping", true));
    }
    return begun.minimalCompletionStage();
  }

  private ExecSession startNow(Prober.Target target, Exec.Command command, Exec.Listener listener) {
    var user = target.file().user();
    if (user == null) {
      throw new RuntimeFailure(
          target.file().key() + " was started by an older release; restart it", false);
    }
    // Never one that was there before: what is killed as a whole takes in nothing more.
    var branch =
        target
            .cgroup()
            .branch("exec-%x-%x".formatted(kernel.boottimeNanos(), number.incrementAndGet()));
    try {
      var what =
          new Joiner.Command(
              target.init(),
              user.uid(),
              user.gid(),
              user.workdir(),
              user.grants(),
              target.file().limits().ulimits(),
              command.arguments(),
              ExecEnvironment.of(target, command),
              branch.v1Tasks(),
              branch.v2Directory());
      var streams =
          new Joiner.Streams(command.terminal(), idBase(target.init().pid()), command.files());
      var joined = joiner.start(what, streams);
      var failure = joiner.failure(joined, START_WITHIN);
      var session = new ExecSession(kernel, joiner, joined, branch, listener);
      if (failure.isPresent()) {
        session.abandon();
        throw cannotRun(command.arguments().get(0), failure.get());
      }
      running.add(session);
      session.begin(threads, () -> running.remove(session));
      return session;
    } catch (SyscallException e) {
      branch.end(END_WITHIN);
      throw new RuntimeFailure(
          "cannot run anything in %s: %s".formatted(target.file().key(), e.getMessage()), true, e);
    }
  }

  /** The host's number of user 0 inside. */
  private static int idBase(int pid) {
    try {
      return ProcFs.idBase(pid);
    } catch (UncheckedIOException e) {
      throw new RuntimeFailure("it has ended", true, e);
    }
  }

  private static RuntimeFailure cannotRun(String program, ShimReport report) {
    if (!(report instanceof ShimReport.Failed failed)) {
      return new RuntimeFailure("cannot run %s: it was killed".formatted(program), true);
    }
    if (failed.stage().equals("exec") && failed.errno() == ENOENT) {
      return new Exec.CannotRun(
          Exec.CannotRun.NOT_FOUND, "cannot run %s: there is no such program".formatted(program));
    }
    if (failed.stage().equals("exec") && failed.errno() == EACCES) {
      return new Exec.CannotRun(
          Exec.CannotRun.NOT_EXECUTABLE, "cannot run %s: permission denied".formatted(program));
    }
    return new Exec.CannotRun(
        Exec.CannotRun.NOT_EXECUTABLE,
        "cannot run %s: %s failed on %s (errno %d)"
            .formatted(program, failed.stage(), failed.subject(), failed.errno()));
  }

  @Override
  public void close() {
    running.forEach(ExecSession::close);
    Threads.finish(threads);
  }
}
