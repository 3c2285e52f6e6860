package dev.regrow.cli.command;

import dev.regrow.cli.Errors;
import dev.regrow.cli.ExitCode;
import dev.regrow.cli.Failure;
import dev.regrow.cli.RawTerminal;
import dev.regrow.cli.Terminal;
import dev.regrow.cli.usage.Usage;
import dev.regrow.client.ApiException;
import dev.regrow.client.ExecQuery;
import dev.regrow.client.ExecStream;
import dev.regrow.v1.Instance;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;

/** {@code exec}: runs a further command in an instance, as its user and within its limits. */
public final class ExecCommand extends Base {

  private static final int BYTES = 16 << 10;

  /** As shells say of who writes to a pipe without a reader. */
  private static final int KILLED_BY_PIPE = 141;

  private String name = "";
  private final List<String> command = new ArrayList<>();
  private boolean stdin;
  private boolean tty;

  public ExecCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  Usage own() {
    return Usage.of(
            "exec", "Run a command in a running instance. It exits with the command's code.")
        .argument(
            "INSTANCE", "An instance, a slot, or a workload: one of its.", text -> name = text)
        .arguments("CMD", "The program and its arguments, after --.", 0, command::add)
        .flag("-i, --stdin", "Pass standard input on.", () -> stdin = true)
        .flag("-t, --tty", "On a terminal of its own.", () -> tty = true)
        .footer(
            "Examples:",
            "  regrow exec web-0 -- ls -l /",
            "  regrow exec -it web -- sh",
            "  regrow exec -i db-0 -- psql < dump.sql");
  }

  @Override
  public int run() {
    if (command.isEmpty()) {
      throw Failure.usage("what to run is missing: regrow exec " + name + " -- CMD");
    }
    try {
      return exec(Lookup.running(terminal, client(), namespace(), name));
    } catch (ApiException e) {
      throw new Failure(ExitCode.REGROW_FAILED, Errors.words(e));
    } catch (Failure e) { // Its code is the command's alone, which may well be 1.
      throw e.exitCode() == ExitCode.ERROR
          ? new Failure(ExitCode.REGROW_FAILED, String.valueOf(e.getMessage()))
          : e;
    }
  }

  private int exec(Instance instance) {
    if (tty && !terminal.inIsTerminal()) {
      terminal.say("standard input is no terminal: going on without -t");
      tty = false;
    }
    boolean raw = tty && stdin;
    var query = new ExecQuery(instance.getNamespace(), instance.getId(), command, tty);
    try (var exec = client().exec(query.target())) {
      return raw ? onTerminal(exec) : follow(exec);
    } catch (Unread e) {
      return KILLED_BY_PIPE;
    } catch (IOException e) {
      throw new Failure(ExitCode.REGROW_FAILED, brokeOff(instance, e));
    }
  }

  /** Nobody reads the output any more, and who does not wants no words on it. */
  private static final class Unread extends IOException {
    private static final long serialVersionUID = 1;

    private Unread(IOException cause) {
      super(cause);
    }
  }

  private static String brokeOff(Instance instance, IOException e) {
    return "%s: %s\nwhat ran there was killed".formatted(instance.getId(), e.getMessage());
  }

  private int onTerminal(ExecStream exec) throws IOException {
    tellSize(exec);
    RawTerminal.onResize(() -> tellSize(exec));
    var raw = RawTerminal.enter();
    try {
      return follow(exec);
    } finally {
      raw.close();
    }
  }

  private static void tellSize(ExecStream exec) {
    RawTerminal.size()
        .ifPresent(
            size -> {
              try {
                exec.resize(size.rows(), size.columns());
              } catch (IOException e) {
                exec.close(); // Who follows it says why.
              }
            });
  }

  private int follow(ExecStream exec) throws IOException {
    var input = new Thread(() -> passInput(exec), "stdin");
    input.setDaemon(true);
    input.start();
    // Never closed: there may be something to say yet.
    var out = new FileOutputStream(FileDescriptor.out);
    var err = new FileOutputStream(FileDescriptor.err);
    var end = exec.follow((error, bytes) -> write(error ? err : out, bytes));
    if (end.neverRan()) {
      throw new Failure(end.code().orElse(ExitCode.REGROW_FAILED), end.message());
    }
    return end.code().orElse(ExitCode.REGROW_FAILED);
  }

  private static void write(OutputStream to, byte[] bytes) throws IOException {
    try {
      to.write(bytes);
    } catch (IOException e) {
      throw new Unread(e); // As in `| head`.
    }
  }

  private void passInput(ExecStream exec) {
    try (var in = new FileInputStream(FileDescriptor.in)) {
      if (stdin) {
        var buffer = new byte[BYTES];
        for (int n = in.read(buffer); n > 0; n = in.read(buffer)) {
          exec.input(buffer, n);
        }
      }
      if (stdin || !tty) { // A terminal without input is looked at, not told to end.
        exec.endInput();
      }
    } catch (IOException e) {
      return; // It has ended, or broke off: who follows it says so.
    }
  }
}
