package dev.regrow.runtime.launch;

import dev.regrow.runtime.Exec;
import dev.regrow.runtime.Grants;
import dev.regrow.runtime.LaunchSpec.Ulimit;
import dev.regrow.runtime.shim.ShimConfig;
import dev.regrow.runtime.shim.ShimReport;
import dev.regrow.runtime.state.Status.ProcessId;
import dev.regrow.runtime.syscall.Fd;
import dev.regrow.runtime.syscall.Kernel;
import dev.regrow.runtime.syscall.Kernel.Exit;
import dev.regrow.runtime.syscall.Kernel.Pipe;
import dev.regrow.runtime.syscall.Signal;
import dev.regrow.runtime.syscall.SyscallException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Runs one more command inside a living instance, confined as the instance is: see exec.c. Its
 * methods block. Thread-safe.
 */
public final class Joiner {

  /** As for a shim. */
  private static final int CONFIG = 3;

  private static final int REPORT = 4;
  private static final int INPUT = 5;
  private static final int OUTPUT = 6;
  private static final int ERROR = 7;
  private static final int ORDERS = 8;
  private static final int PIPES = 6;
  private static final int ORDER_BYTES = 8;

  /** Of files, in one copy. */
  private static final long FILES_BYTES_MAX = 64L << 30;

  private static final int IDS = 65_536;
  private static final String NAME = "regrow-exec";
  private static final int REPORT_MAX = 1024;
  private static final Duration KILL_PATIENCE = Duration.ofSeconds(10);

  private final Kernel kernel;
  private final Path program;
  private final Filters filters;
  private final ProcessLimits processes;

  Joiner(Kernel kernel, Path program, Filters filters, ProcessLimits processes) {
    this.kernel = kernel;
    this.program = program;
    this.filters = filters;
    this.processes = processes;
  }

  /**
   * What to run where.
   *
   * @param init PID 1 of the instance, on the host
   * @param grants of its program; copies of files have none
   */
  public record Command(
      ProcessId init,
      int uid,
      int gid,
      String workdir,
      Grants grants,
      Map<Ulimit, Long> ulimits,
      List<String> arguments,
      Map<String, String> environment,
      List<Path> cgroup1Tasks,
      Optional<Path> cgroup2) {}

  /**
   * What a command has of the agent's.
   *
   * @param terminal its size; null: pipes
   * @param idBase the host's number of the instance's user 0
   */
  public record Streams(Exec.@Nullable Window terminal, int idBase, Exec.Files files) {}

  /**
   * A command that was started; whether it could be executed is yet to be seen.
   *
   * @param orders ends the command when it is closed
   * @param report see {@link #failure}
   */
  public record Joined(Fd pidfd, Fd input, Fd output, Fd error, Fd orders, Fd report)
      implements AutoCloseable {
    @Override
    public void close() {
      List.of(pidfd, input, output, error, orders, report).forEach(Fd::close);
    }
  }

  /**
   * Starts it.
   *
   * @throws dev.regrow.runtime.syscall.SyscallException if there is no process to be had
   */
  public Joined start(Command command, Streams streams) {
    var pipes = new ArrayList<Pipe>();
    try {
      for (int i = 0; i < PIPES; i++) {
        pipes.add(kernel.pipe());
      }
      return start(command, streams, pipes);
    } catch (RuntimeException e) {
      pipes.forEach(Pipe::close);
      throw e;
    }
  }

  private Joined start(Command command, Streams streams, List<Pipe> pipes) {
    var config = pipes.get(0);
    var report = pipes.get(1);
    var input = pipes.get(2);
    var output = pipes.get(3);
    var error = pipes.get(4);
    var orders = pipes.get(5);
    var given =
        Map.of(
            CONFIG, config.readEnd(),
            REPORT, report.writeEnd(),
            INPUT, input.readEnd(),
            OUTPUT, output.writeEnd(),
            ERROR, error.writeEnd(),
            ORDERS, orders.readEnd());
    int pid = kernel.posixSpawn(program, List.of(NAME), Map.of(), given);
    given.values().forEach(Fd::close);
    var pidfd = kernel.pidfdOpen(pid);
    var joined =
        new Joined(
            pidfd,
            input.writeEnd(),
            output.readEnd(),
            error.readEnd(),
            orders.writeEnd(),
            report.readEnd());
    try (var end = config.writeEnd()) {
      kernel.write(end, PlanExecutor.framed(config(command, streams)));
    } catch (SyscallException died) {
      kernel.pidfdSendSignal(pidfd, Signal.KILL);
      kernel.pollReadable(pidfd, KILL_PATIENCE);
      kernel.waitid(pidfd);
      joined.close();
      throw died;
    }
    return joined;
  }

  private byte[] config(Command command, Streams streams) {
    boolean program = streams.files() == Exec.Files.NONE;
    var granted = program ? command.grants() : Grants.NONE;
    var config = described(command, granted).idRange(streams.idBase(), IDS);
    var window = streams.terminal();
    if (!program) {
      config.files(streams.files() == Exec.Files.GIVE, FILES_BYTES_MAX);
    }
    if (window == null) {
      config.pipes();
    } else {
      config.terminal(window.rows(), window.columns());
    }
    return config.encode();
  }

  /**
   * Waits until the command was executed.
   *
   * @return why it was not
   */
  public Optional<ShimReport> failure(Joined joined, Duration timeout) {
    if (!kernel.pollReadable(joined.report(), timeout)) {
      return Optional.of(new ShimReport.Lost("it did not start in time"));
    }
    var said = new byte[REPORT_MAX];
    int length = kernel.read(joined.report(), said);
    return length == 0
        ? Optional.empty()
        : Optional.of(
            ShimReport.parse("E " + new String(said, 0, length, StandardCharsets.UTF_8) + "\n"));
  }

  /** Changes the size of its terminal. */
  public void resize(Joined joined, Exec.Window window) {
    var order = ByteBuffer.allocate(ORDER_BYTES).order(ByteOrder.LITTLE_ENDIAN).putShort((short) 1);
    order.putShort((short) window.rows()).putShort((short) window.columns());
    kernel.write(joined.orders(), order.array());
  }

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
              List.of(NAME),
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
    return described(command, command.grants()).encode();
  }

  private ShimConfig described(Command command, Grants granted) {
    var config = new ShimConfig().join(command.init().pid(), command.init().startTicks());
    config.capabilities(granted.bits());
    var filter = filters.of(granted);
    LaunchPlan.confine(config, command.uid(), command.gid(), command.workdir(), filter);
    processes.into(config, command.ulimits());
    command.cgroup1Tasks().forEach(config::cgroup1Tasks);
    command.cgroup2().ifPresent(config::cgroup2);
    command.arguments().forEach(config::argument);
    command.environment().forEach(config::environment);
    return config;
  }
}
