package dev.regrow.runtime.launch;

import dev.regrow.runtime.RuntimeFailure;
import dev.regrow.runtime.disk.Trees;
import dev.regrow.runtime.shim.ShimReport;
import dev.regrow.runtime.syscall.Fd;
import dev.regrow.runtime.syscall.Kernel;
import dev.regrow.runtime.syscall.SyscallException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Carries out one plan; when a step fails, undoes it and those before, the youngest first. */
final class PlanExecutor implements LaunchStep.Executor {

  /** Some milliseconds are usual; a machine that swaps may need much longer. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Kernel kernel;
  private final Shims shims;
  private int shimPid;
  private ShimReport.@Nullable Running running;

  PlanExecutor(Kernel kernel, Shims shims) {
    this.kernel = kernel;
    this.shims = shims;
  }

  Launched execute(LaunchPlan plan) {
    var done = new ArrayDeque<LaunchStep>();
    try {
      for (var step : plan.steps()) {
        done.push(step);
        step.carryOutBy(this);
      }
    } catch (RuntimeException e) {
      done.forEach(step -> unwind(step, e));
      throw e;
    }
    if (running == null) {
      throw new IllegalStateException("a plan that starts no shim");
    }
    return new Launched(shimPid, running.pid(), running.boottimeNanos(), List.of());
  }

  private void unwind(LaunchStep step, RuntimeException cause) {
    try {
      step.undoBy(this);
    } catch (RuntimeException e) {
      cause.addSuppressed(e);
    }
  }

  @Override
  public void makeWritable(LaunchStep.MakeWritable step) {
    try {
      Files.createDirectories(step.directory());
      for (var name : List.of("upper", "work")) {
        var directory = step.directory().resolve(name);
        Files.createDirectory(directory);
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.setAttribute(directory, "unix:uid", step.owner());
        Files.setAttribute(directory, "unix:gid", step.owner());
      }
    } catch (IOException e) {
      throw new RuntimeFailure("cannot make " + step.directory() + ": " + e, true, e);
    }
  }

  @Override
  public void removeWritable(LaunchStep.MakeWritable step) {
    remove(step.directory());
  }

  /** Where it is, nobody but this node's agent comes by path: its parents are closed. */
  @Override
  public void makeFiles(LaunchStep.MakeFiles step) {
    try {
      remove(step.directory());
      Files.createDirectories(step.directory().getParent());
      Files.createDirectory(step.directory(), closed("rwx------"));
      for (var file : step.content().entrySet()) {
        var path = step.directory().resolve(file.getKey());
        if (!step.directory().equals(path.getParent())) {
          throw new RuntimeFailure("'" + file.getKey() + "' is no name of a file", false);
        }
        Files.createFile(path, closed("rw-------"));
        Files.write(path, file.getValue().toArray());
        own(path, step, step.fileMode());
      }
      own(step.directory(), step, step.directoryMode());
    } catch (IOException e) {
      throw new RuntimeFailure("cannot make " + step.directory() + ": " + e, true, e);
    }
  }

  private static FileAttribute<?> closed(String mode) {
    return PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode));
  }

  private static void own(Path path, LaunchStep.MakeFiles step, int mode) throws IOException {
    Files.setAttribute(path, "unix:uid", step.uid());
    Files.setAttribute(path, "unix:gid", step.gid());
    Files.setAttribute(path, "unix:mode", mode);
  }

  @Override
  public void removeFiles(LaunchStep.MakeFiles step) {
    remove(step.directory());
  }

  /** Removes what an instance left there, if anything. */
  static void remove(Path directory) {
    try {
      Trees.delete(directory);
    } catch (IOException e) {
      throw new RuntimeFailure("cannot remove " + directory + ": " + e, true, e);
    }
  }

  @Override
  public void startShim(LaunchStep.StartShim step) {
    try (var shim = shims.take()) {
      shimPid = shim.pid();
      kernel.write(shim.config(), framed(step.config()));
      running = judge(step.instanceId(), ShimReport.parse(read(shim.report())));
    } catch (SyscallException e) {
      throw new RuntimeFailure("cannot start the shim: " + e.getMessage(), true, e);
    }
  }

  /** A shim must tell a whole configuration from one whose writer died. */
  static byte[] framed(byte[] config) {
    return ByteBuffer.allocate(Integer.BYTES + config.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(config.length)
        .put(config)
        .array();
  }

  /** One line, or as much of it as came until the end or the end of our patience. */
  private String read(Fd fd) {
    var said = new ByteArrayOutputStream();
    var buffer = new byte[1024];
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (kernel.pollReadable(fd, Duration.ofNanos(Math.max(0, deadline - System.nanoTime())))) {
      int count = kernel.read(fd, buffer);
      said.write(buffer, 0, count);
      if (count == 0 || buffer[count - 1] == '\n') {
        return said.toString(StandardCharsets.UTF_8);
      }
    }
    return said + "nothing within " + PATIENCE.toSeconds() + " s";
  }

  private static ShimReport.Running judge(String instance, ShimReport report) {
    if (report instanceof ShimReport.Running running) {
      return running;
    }
    if (report instanceof ShimReport.Failed failed) {
      throw new Refusal(failed);
    }
    throw new RuntimeFailure(
        "cannot start " + instance + ": its shim died (it said: '" + report + "')", true);
  }

  @Override
  public void killShim(LaunchStep.StartShim step) {
    if (shimPid != 0) {
      shims.kill(shimPid);
    }
  }
}
