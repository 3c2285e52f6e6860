package dev.regrow.chaos.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Programs that take what others need: processor time, memory, process ids. */
final class Nuisance {

  private static final String SPIN = "while :; do :; done";

  private static final String TOUCH =
      """
      import sys
      size = int(sys.argv[1])
      held = bytearray(size)
      while True:
          for at in range(0, size, 4096):
              held[at] = (held[at] + 1) % 256
      """;

  /** Joins the cgroups of a process, then takes memory until that process is gone, or 5 s. */
  private static final String HOG =
      """
      import os, sys, time
      victim = int(sys.argv[1])
      for procs in sys.argv[2:]:
          open(procs, 'w').write(str(os.getpid()))
      hoard, end = [], time.monotonic() + 5
      while time.monotonic() < end and os.path.exists('/proc/%d' % victim):
          hoard.append(bytearray(b'x') * (1 << 19))
      """;

  /** Joins the cgroups of a process, then forks as often as it can, until it is killed. */
  private static final String BOMB =
      """
      import os, sys, time
      for procs in sys.argv[1:]:
          open(procs, 'w').write(str(os.getpid()))
      while True:
          try:
              os.fork()
          except OSError:
              time.sleep(0.01)
      """;

  private final Process program;

  private Nuisance(Process program) {
    this.program = program;
  }

  /** A thread that computes nothing. */
  static Nuisance spinning(Machine on) {
    return start(on, "/bin/bash", "-c", SPIN);
  }

  /** Memory that is held and touched again and again. */
  static Nuisance touching(Machine on, long bytes) {
    return start(on, "python3", "-c", TOUCH, Long.toString(bytes));
  }

  /** Takes memory where that process does, until the kernel kills that process. */
  static Nuisance hogging(Machine on, long pid) {
    var command = new ArrayList<>(List.of("python3", "-c", HOG, Long.toString(pid)));
    command.addAll(cgroups(pid));
    return start(on, command.toArray(String[]::new));
  }

  /** Forks where that process is. */
  static Nuisance forking(Machine on, long pid) {
    var command = new ArrayList<>(List.of("python3", "-c", BOMB));
    command.addAll(cgroups(pid));
    return start(on, command.toArray(String[]::new));
  }

  private static Nuisance start(Machine on, String... command) {
    // A session of its own, so that all that it forks can be ended at once.
    var inside =
        on.command(Stream.concat(Stream.of("setsid"), Stream.of(command)).toArray(String[]::new));
    inside.redirectErrorStream(true);
    inside.redirectOutput(ProcessBuilder.Redirect.DISCARD);
    try {
      return new Nuisance(inside.start());
    } catch (IOException e) {
      throw new UncheckedIOException("run " + inside.command(), e);
    }
  }

  /** The files that let a process in, one for each hierarchy of cgroups that this one is in. */
  private static List<String> cgroups(long pid) {
    try (Stream<String> mounts = Files.lines(Path.of("/proc/self/mounts"))) {
      var lines = Files.readAllLines(Path.of("/proc", Long.toString(pid), "cgroup"));
      var found = new ArrayList<String>();
      for (String mount : mounts.toList()) {
        var fields = mount.split(" ", -1);
        lines.stream()
            .map(line -> line.split(":", 3))
            .filter(line -> isOf(line[1], fields[2], List.of(fields[3].split(",", -1))))
            .forEach(line -> found.add(fields[1] + line[2] + "/cgroup.procs"));
      }
      return found;
    } catch (IOException e) {
      throw new UncheckedIOException("read the cgroups of process " + pid, e);
    }
  }

  private static boolean isOf(String controllers, String type, List<String> options) {
    return controllers.isEmpty()
        ? type.equals("cgroup2")
        : type.equals("cgroup") && options.containsAll(List.of(controllers.split(",", -1)));
  }

  /** Ends it and all that it forked. */
  void end() {
    try {
      // The group goes first: what forks must not do so between two looks.
      new ProcessBuilder("kill", "-KILL", "--", "-" + program.pid())
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .start()
          .waitFor();
      program.destroyForcibly().waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException("end process " + program.pid(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while ending process " + program.pid(), e);
    }
  }
}
