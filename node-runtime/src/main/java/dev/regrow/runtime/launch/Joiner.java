package dev.regrow.runtime.launch;

import dev.regrow.runtime.shim.ShimConfig;
import dev.regrow.runtime.shim.ShimReport;
import dev.regrow.runtime.state.Status.ProcessId;
import dev.regrow.runtime.syscall.Fd;
import dev.regrow.runtime.syscall.Kernel;
import dev.regrow.runtime.syscall.Kernel.Exit;
import dev.regrow.runtime.syscall.Signal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Runs one more command inside a living instance, confined as the instance is: see exec.c. Its
 * methods block. Thread-safe.
 */
public final class Joiner {

  /** As for a shim. */
  private static final int CONFIG = 3;

  private static final int REPORT = 4;
  private static final int REPORT_MAX = 1024;
  private static final Duration KILL_PATIENCE = Duration.ofSeconds(10);

  private final Kernel kernel;
  private final Path program;
  private final byte[] filter;
  private final long filesMax;

  Joiner(Kernel kernel, Path program, byte[] filter, long filesMax) {
    this.kernel = kernel;
    this.program = program;
    this.filter = filter.clone();
    this.filesMax = filesMax;
  }

  /**
   * What to run where.
   *
   * @param init PID 1 of the instance, on the host
   */
  public record Command(
      ProcessId init,
      int uid,
      int gid,
      String workdir,
      List<String> arguments,
      Map<String, String> environment,
      List<Path> cgroup1Tasks,
      Optional<Path> cgroup2) {}

  /** How it went. */
  public sealed interface Result {

    /** It ran and ended; 128 + n for signal n. */
    record Exited(int code) implements Result {}

    /** It could not be run. */
    record Failed(ShimReport report) implements Result {}

    /** It was killed when its time was over. */
    record Overdue() implements Result {}
  }

  /**
   * Runs it to its end.
   *
   * @throws dev.regrow.runtime.syscall.SyscallException if there is no process to be had
   */
  public Result run(Command command, Duration timeout) {
    try (var config = kernel.pipe();
        var report = kernel.pipe()) {
      int pid =
          kernel.posixSpawn(
              program,
              List.of("regrow-exec"),
              Map.of(),
              Map.of(CONFIG, config.readEnd(), REPORT, report.writeEnd()));
      config.readEnd().close();
      report.writeEnd().close();
      try (var pidfd = kernel.pidfdOpen(pid)) {
        kernel.write(config.writeEnd(), PlanExecutor.framed(config(command)));
        if (!kernel.pollReadable(pidfd, timeout)) {
          kernel.pidfdSendSignal(pidfd, Signal.KILL);
          kernel.pollReadable(pidfd, KILL_PATIENCE);
          kernel.waitid(pidfd);
          return new Result.Overdue();
        }
        return result(kernel.waitid(pidfd), report.readEnd());
      }
    }
  }

  private Result result(Optional<Exit> exit, Fd report) {
    var said = new byte[REPORT_MAX];
    int length = kernel.pollReadable(report, Duration.ZERO) ? kernel.read(report, said) : 0;
    if (length > 0) {
      var words = new String(said, 0, length, StandardCharsets.UTF_8);
      return new Result.Failed(ShimReport.parse("E " + words + "\n"));
    }
    var code = exit.map(Exit::code);
    return code.isPresent()
        ? new Result.Exited(code.get())
        : new Result.Failed(new ShimReport.Lost("it was killed"));
  }

  private byte[] config(Command command) {
    var config = new ShimConfig().join(command.init().pid(), command.init().startTicks());
    LaunchPlan.confine(config, command.uid(), command.gid(), command.workdir(), filter, filesMax);
    command.cgroup1Tasks().forEach(config::cgroup1Tasks);
    command.cgroup2().ifPresent(config::cgroup2);
    command.arguments().forEach(config::argument);
    command.environment().forEach(config::environment);
    return config.encode();
  }
}
