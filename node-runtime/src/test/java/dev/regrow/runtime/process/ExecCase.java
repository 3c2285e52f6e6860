package dev.regrow.runtime.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.regrow.runtime.Exec;
import dev.regrow.runtime.RunningInstance;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Commands in an instance of a runtime on this machine. */
abstract class ExecCase extends RuntimeCase {

  /** What a command wrote, and how it ended. */
  static final class Heard implements Exec.Listener {
    final ByteArrayOutputStream output = new ByteArrayOutputStream();
    final ByteArrayOutputStream error = new ByteArrayOutputStream();
    final CompletableFuture<Integer> code = new CompletableFuture<>();
    volatile boolean deaf;

    @Override
    public boolean onOutput(Exec.Stream stream, byte[] bytes) {
      synchronized (this) {
        (stream == Exec.Stream.OUTPUT ? output : error).writeBytes(bytes);
        notifyAll();
        return !deaf;
      }
    }

    @Override
    public void onRoom() {
      synchronized (this) {
        notifyAll();
      }
    }

    @Override
    public void onExit(int ended) {
      code.complete(ended);
    }

    synchronized String output() {
      return output.toString(StandardCharsets.UTF_8);
    }

    synchronized String error() {
      return error.toString(StandardCharsets.UTF_8);
    }
  }

  static void run(RunningInstance instance, String script) throws Exception {
    var heard = new Heard();
    exec(instance, heard, null, script).endInput();
    assertThat(get(heard.code)).as(script + ": " + heard.error()).isZero();
  }

  static long sleeping(String seconds) {
    try (var processes = Files.list(Path.of("/proc"))) {
      return processes
          .filter(each -> each.getFileName().toString().matches("\\d+"))
          .filter(each -> commandLine(each).equals("sleep\0" + seconds + "\0"))
          .count();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static String commandLine(Path process) {
    try {
      return Files.readString(process.resolve("cmdline"));
    } catch (IOException ended) {
      return "";
    }
  }

  final RunningInstance launch() throws Exception {
    return launch("/bin/sleep", "1000");
  }

  static Exec.Session exec(
      RunningInstance instance, Heard heard, Exec.@Nullable Window window, String script)
      throws Exception {
    return get(instance.exec(new Exec.Command(List.of("/bin/sh", "-c", script), window), heard));
  }

  static CompletionStage<Exec.Session> start(
      RunningInstance instance, Heard heard, String... arguments) {
    return instance.exec(new Exec.Command(List.of(arguments), null), heard);
  }

  static void awaitRoom(Exec.Session session, Heard heard) throws InterruptedException {
    synchronized (heard) {
      while (session.isFull()) {
        heard.wait(PATIENCE.toMillis());
      }
    }
  }
}
