package dev.regrow.cli.command;

import dev.regrow.cli.ExitCode;
import dev.regrow.cli.Failure;
import dev.regrow.cli.Terminal;
import dev.regrow.cli.files.FileGiver;
import dev.regrow.cli.files.FileTaker;
import dev.regrow.cli.usage.Usage;
import dev.regrow.client.ExecStream;
import dev.regrow.client.FileQuery;
import dev.regrow.schema.Visible;
import dev.regrow.v1.Instance;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** {@code cp}: files and directories into instances and out of them. */
public final class CpCommand extends Base {

  private static final int BYTES = 64 << 10;
  private static final int WORDS_MAX = 4096;

  private String from = "";
  private String to = "";

  public CpCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  Usage own() {
    return Usage.of(
            "cp",
            "Copy files and directories into an instance or out of it. The instance needs no"
                + " program for it; its user's rights count.")
        .argument("SOURCE", "A path here, or INSTANCE:PATH.", text -> from = text)
        .argument("TARGET", "The same; into it if it is a directory.", text -> to = text)
        .footer(
            "Examples:",
            "  regrow cp web-0:/var/log/app.log .",
            "  regrow cp ./site web:/srv",
            "  regrow cp ./a:b web-0:/tmp     # a local name that holds a colon");
  }

  /** Where in an instance. */
  private record Remote(String instance, String path) {}

  /** Null: a path of this machine. */
  private static @Nullable Remote remote(String text) {
    int colon = text.indexOf(':');
    int slash = text.indexOf('/');
    if (colon < 1 || (slash >= 0 && slash < colon)) {
      return null;
    }
    var path = text.substring(colon + 1);
    return new Remote(text.substring(0, colon), path.isEmpty() ? "." : path);
  }

  @Override
  public int run() throws IOException {
    var source = remote(from);
    var target = remote(to);
    if ((source == null) == (target == null)) {
      throw Failure.usage(
          source == null
              ? "one of both must be in an instance: INSTANCE:PATH"
              : "between two instances: copy it here first");
    }
    if (source != null) {
      take(source, Path.of(to));
    } else if (target != null) {
      give(Path.of(from), target);
    }
    return ExitCode.OK;
  }

  private Instance instance(Remote remote) {
    return Lookup.running(terminal, client(), namespace(), remote.instance());
  }

  private void take(Remote source, Path target) throws IOException {
    var instance = instance(source);
    var into = Files.isDirectory(target) ? target.resolve(name(source)) : target;
    var query = new FileQuery(instance.getNamespace(), instance.getId(), source.path(), null);
    try (var exec = client().exec(query.target())) {
      exec.endInput();
      var pipe = new PipedInputStream(BYTES);
      var entries = new PipedOutputStream(pipe);
      var said = new ByteArrayOutputStream();
      var end = CompletableFuture.supplyAsync(() -> follow(exec, entries, said));
      var failure = takeAll(pipe, into);
      check(instance, end.join(), said, failure);
    }
  }

  /** Whoever writes to the pipe learns when nobody reads any more. */
  private @Nullable IOException takeAll(PipedInputStream pipe, Path into) {
    try (pipe) {
      new FileTaker(new BufferedInputStream(pipe, BYTES), terminal::say).take(into);
      return null;
    } catch (IOException e) {
      return e;
    }
  }

  /** What it is called there; the root and the like have no name. */
  private static String name(Remote source) {
    var name = Path.of(source.path()).normalize().getFileName();
    return name == null || name.toString().isEmpty() || name.toString().equals("..")
        ? source.instance()
        : name.toString();
  }

  private void give(Path source, Remote target) throws IOException {
    if (!Files.exists(source)) {
      throw Failure.error(source + ": no such file or directory");
    }
    var instance = instance(target);
    var name = String.valueOf(source.toRealPath().getFileName());
    var query = new FileQuery(instance.getNamespace(), instance.getId(), target.path(), name);
    try (var exec = client().exec(query.target())) {
      var said = new ByteArrayOutputStream();
      var end =
          CompletableFuture.supplyAsync(() -> follow(exec, OutputStream.nullOutputStream(), said));
      try {
        var out = new BufferedOutputStream(new Input(exec), BYTES);
        new FileGiver(out, terminal::say).give(source);
        exec.endInput();
      } catch (IOException e) {
        if (!end.isDone()) {
          exec.endInput(); // The other end says why, or that it was cut off.
          check(instance, end.join(), said, e);
        }
      }
      check(instance, end.join(), said, null);
    }
  }

  private static ExecStream.End follow(
      ExecStream exec, OutputStream entries, ByteArrayOutputStream said) {
    try (entries) {
      return exec.follow(
          (error, bytes) -> {
            if (!error) {
              entries.write(bytes);
            } else if (said.size() < WORDS_MAX) {
              said.writeBytes(bytes);
            }
          });
    } catch (IOException e) {
      return new ExecStream.End(
          java.util.OptionalInt.empty(), "BrokeOff", String.valueOf(e.getMessage()));
    }
  }

  private static void check(
      Instance instance,
      ExecStream.End end,
      ByteArrayOutputStream said,
      @Nullable IOException here) {
    var there = Visible.line(said.toString(StandardCharsets.UTF_8).strip());
    if (!there.isEmpty()) {
      throw Failure.error(instance.getId() + ": " + there);
    }
    if (here != null) {
      throw Failure.error(String.valueOf(here.getMessage()));
    }
    if (end.code().orElse(ExitCode.ERROR) != 0) {
      throw Failure.error(instance.getId() + ": " + end.message());
    }
  }

  /** The command's standard input. */
  private static final class Input extends OutputStream {
    private final ExecStream exec;

    private Input(ExecStream exec) {
      this.exec = exec;
    }

    @Override
    public void write(int one) throws IOException {
      write(new byte[] {(byte) one}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      exec.input(java.util.Arrays.copyOfRange(bytes, offset, offset + length), length);
    }
  }
}
