package dev.regrow.runtime.launch;

import dev.regrow.runtime.InstanceKey;
import dev.regrow.runtime.LaunchSpec;
import dev.regrow.runtime.syscall.Fd;
import dev.regrow.runtime.syscall.Kernel;
import dev.regrow.runtime.syscall.Signal;
import dev.regrow.runtime.testing.KeptEtc;
import dev.regrow.runtime.testing.Patience;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** The little of a node that launches need: directories, and an eye on what was started. */
final class TestNode implements AutoCloseable {

  static final Duration PATIENCE = Patience.LONG;

  final Kernel kernel = Kernel.load();
  final Path home;
  final Path claims;
  final Launcher launcher;
  long logBytes = 1 << 20;
  int logFiles = 3;
  Path logs;
  private final String uid;
  private final List<Attempt> attempts = new ArrayList<>();

  TestNode(String uid) {
    this.uid = uid;
    this.home = Path.of("/var/tmp/regrow-" + uid);
    this.claims = home.resolve("claims");
    this.logs = home.resolve("logs");
    privately(home);
    KeptEtc.beside(home).giveTo(home.resolve("data"));
    launcher = Launcher.of(kernel, home.resolve("data"), claims, uid, "boot");
  }

  static void privately(Path directory) {
    try {
      Files.createDirectories(
          directory,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** One that was launched. */
  final class Attempt {
    final Path state;
    final Path log;
    final Launched launched;
    final Fd shim;

    Attempt(LaunchSpec spec, Path state, Path log) {
      this.state = state;
      this.log = log;
      this.launched =
          launcher.launch(
              spec,
              new Places(
                  state,
                  state.resolveSibling("files"),
                  log,
                  List.of(),
                  Optional.empty(),
                  logBytes,
                  logFiles,
                  null));
      this.shim = kernel.pidfdOpen(launched.shimPid());
    }

    Map<String, String> status() {
      var values = new LinkedHashMap<String, String>();
      read(state.resolve("status"))
          .lines()
          .map(line -> line.split("=", 2))
          .forEach(parts -> values.put(parts[0], parts[1]));
      return values;
    }

    Map<String, String> awaitEnd() {
      if (!kernel.pollReadable(shim, PATIENCE)) {
        throw new AssertionError("still runs after " + PATIENCE + ": " + status());
      }
      return status();
    }

    void command(int type, int signal, long value) {
      var bytes =
          ByteBuffer.allocate(32)
              .order(ByteOrder.LITTLE_ENDIAN)
              .putShort((short) 1)
              .putShort((short) type)
              .putInt(signal)
              .putLong(value)
              .array();
      try {
        Files.write(state.resolve("ctl"), bytes, StandardOpenOption.WRITE);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    void stop(Signal signal, Duration grace) {
      command(1, signal.number(), grace.toNanos());
    }

    /** What it wrote to both streams in the files kept, in order. */
    String output() {
      return Frames.of(log).stream()
          .map(frame -> new String(frame.bytes(), StandardCharsets.ISO_8859_1))
          .reduce("", String::concat);
    }

    void awaitOutput(String wanted) {
      await(() -> output().contains(wanted), () -> "output is: " + output() + " " + status());
    }
  }

  Attempt launch(LaunchSpec spec) {
    var state = home.resolve("state").resolve(spec.key().instanceId());
    var log = logs.resolve(spec.key().instanceId());
    privately(state);
    privately(log);
    var attempt = new Attempt(spec, state, log);
    attempts.add(attempt);
    return attempt;
  }

  /** So that the next attempt of the same instance is read alone. */
  void forgetLogs(Attempt attempt) {
    PlanExecutor.remove(attempt.log);
  }

  static InstanceKey key(String id) {
    return new InstanceKey("default", "test", id);
  }

  static void await(BooleanSupplier fact, Supplier<String> lastSeen) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!fact.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("not within " + PATIENCE + "; " + lastSeen.get());
      }
      LockSupport.parkNanos(2_000_000);
    }
  }

  static String read(Path file) {
    try {
      return Files.readString(file, StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    launcher.close();
    for (var attempt : attempts) {
      if (!kernel.pollReadable(attempt.shim, Duration.ZERO)) {
        kernel.pidfdSendSignal(attempt.shim, Signal.KILL);
        kernel.pollReadable(attempt.shim, PATIENCE);
      }
      kernel.waitid(attempt.shim);
      attempt.shim.close();
    }
    Launcher.sweep(home.resolve("data"), claims, uid);
    KeptEtc.beside(home).takeFrom(home.resolve("data"));
    PlanExecutor.remove(home);
  }
}
