package dev.regrow.runtime.fault;

import dev.regrow.runtime.RuntimeFailure;
import dev.regrow.runtime.syscall.Kernel;
import dev.regrow.runtime.syscall.Signal;
import java.io.IOException;
import java.time.Duration;

/** Stops this JVM as a whole for a time; a process beside it lets it go on. */
final class Stillness {

  /** It goes away with the JVM, so that a node that was killed meanwhile can be swept. */
  private static final String WATCH =
      """
      left=$(($2 * 5)); echo watching
      while kill -0 "$1" 2>/dev/null && [ "$left" -gt 0 ]; do sleep 0.2; left=$((left - 1)); done
      kill -CONT "$1" 2>/dev/null
      """;

  private final Process watcher;

  private Stillness(Process watcher) {
    this.watcher = watcher;
  }

  /** Somebody is there to end it, from now on; nothing stands still yet. */
  static Stillness prepared(Duration length) {
    var self = Long.toString(ProcessHandle.current().pid());
    var seconds = Long.toString(length.toSeconds());
    var builder =
        new ProcessBuilder("setsid", "/bin/sh", "-c", WATCH, "sh", self, seconds)
            .redirectErrorStream(true);
    builder.environment().clear();
    builder.environment().put("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
    try {
      var process = builder.start();
      try (var said = process.inputReader()) {
        if (!"watching".equals(said.readLine())) {
          process.destroyForcibly();
          throw new RuntimeFailure("nobody would let this node go on again", true);
        }
      }
      return new Stillness(process);
    } catch (IOException e) {
      throw new RuntimeFailure("nobody would let this node go on again: " + e, true, e);
    }
  }

  /** Returns when all goes on again. */
  void begin(Kernel kernel) {
    if (watcher.isAlive()) {
      try (var self = kernel.pidfdOpen((int) ProcessHandle.current().pid())) {
        kernel.pidfdSendSignal(self, Signal.STOP);
      }
    }
  }

  void cancel() {
    watcher.destroyForcibly();
  }
}
