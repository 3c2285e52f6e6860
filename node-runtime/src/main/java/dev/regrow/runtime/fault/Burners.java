package dev.regrow.runtime.fault;

import dev.regrow.runtime.RuntimeFailure;
import dev.regrow.runtime.cgroup.InstanceCgroup;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Processes that use up what an instance may use: they are in its cgroups, and nowhere else of it.
 * Each ends by itself, and with the instance.
 */
final class Burners {

  private static final Duration GONE_WITHIN = Duration.ofSeconds(10);

  /** Joins the groups whose files it is given after the time and the script, and becomes that. */
  private static final String JOIN =
      """
      time=$1; script=$2; shift 2
      for file in "$@"; do echo 0 > "$file" || exit 9; done
      echo joined
      exec timeout -s KILL "$time" sh -c "$script" > /dev/null
      """;

  private Burners() {}

  /**
   * @return ends them
   */
  static Runnable cpu(InstanceCgroup cgroup, String name, int cores, Duration length) {
    return start(cgroup, name, "while :; do :; done", cores, length);
  }

  /**
   * @return ends them
   */
  static Runnable memory(InstanceCgroup cgroup, String name, long bytes, Duration length) {
    // What reads all of a line before it writes any of it holds it; then nobody takes it.
    var script = "head -c %d /dev/zero | tail | sleep %d".formatted(bytes, length.toSeconds());
    return start(cgroup, name, script, 1, length);
  }

  private static Runnable start(
      InstanceCgroup cgroup, String name, String script, int count, Duration length) {
    var branch = cgroup.branch(name);
    var processes = new ArrayList<Process>();
    try {
      for (int i = 0; i < count; i++) {
        processes.add(started(branch, script, length));
      }
    } catch (IOException | RuntimeException e) {
      end(branch, processes);
      throw new RuntimeFailure("cannot press %s: %s".formatted(name, e.getMessage()), true, e);
    }
    return () -> end(branch, processes);
  }

  private static Process started(InstanceCgroup.Branch branch, String script, Duration length)
      throws IOException {
    var command = new ArrayList<>(List.of("/bin/sh", "-c", JOIN, "sh"));
    command.addAll(List.of(Long.toString(length.toSeconds()), script));
    branch.v1Tasks().forEach(file -> command.add(file.toString()));
    branch
        .v2Directory()
        .map(dir -> dir.resolve("cgroup.procs"))
        .map(Path::toString)
        .ifPresent(command::add);
    var builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().clear();
    builder.environment().put("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
    var process = builder.start();
    try (var said = process.inputReader()) {
      var line = said.readLine();
      if (!"joined".equals(line)) {
        process.destroyForcibly();
        throw new IOException("it does not join the instance's cgroups: " + line);
      }
    }
    return process;
  }

  private static void end(InstanceCgroup.Branch branch, List<Process> processes) {
    branch.end(GONE_WITHIN);
    for (var process : processes) {
      try {
        process.waitFor(GONE_WITHIN.toSeconds(), TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }
}
