package dev.regrow.cli;

import java.io.File;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The terminal that this process runs on, passed through as it is: each key goes to the other end.
 * Closing restores it, and so does the end of this process, unless it is killed with KILL.
 */
public final class RawTerminal implements AutoCloseable {

  private static final File TERMINAL = new File("/dev/tty");
  private static final int SECONDS = 5;

  private final String before;
  private final Thread atExit = new Thread(this::restore, "terminal");
  private final AtomicBoolean restored = new AtomicBoolean();

  private RawTerminal(String before) {
    this.before = before;
  }

  /**
   * @throws IOException if there is none, or no stty
   */
  public static RawTerminal enter() throws IOException {
    var terminal = new RawTerminal(stty(List.of("-g")).strip());
    Runtime.getRuntime().addShutdownHook(terminal.atExit);
    stty(List.of("raw", "-echo"));
    return terminal;
  }

  /**
   * @param rows 1..65535, as are columns
   */
  public record Size(int rows, int columns) {}

  /** Empty: it does not know. */
  public static Optional<Size> size() {
    try {
      var words = stty(List.of("size")).strip().split(" ", -1);
      var size = new Size(Integer.parseInt(words[0]), Integer.parseInt(words[1]));
      return size.rows() > 0 && size.columns() > 0 ? Optional.of(size) : Optional.empty();
    } catch (IOException | NumberFormatException | ArrayIndexOutOfBoundsException e) {
      return Optional.empty();
    }
  }

  /**
   * Has it run whenever the size changes. By reflection, as no API of the JDK's own knows signals;
   * without it, the size stays what it was.
   */
  public static void onResize(Runnable changed) {
    try {
      var signal = Class.forName("sun.misc.Signal");
      var handler = Class.forName("sun.misc.SignalHandler");
      var proxy =
          Proxy.newProxyInstance(
              RawTerminal.class.getClassLoader(),
              new Class<?>[] {handler},
              (self, method, arguments) -> {
                if (method.getName().equals("handle")) {
                  changed.run();
                  return null;
                }
                return method.getName().equals("hashCode") ? (Object) 1 : (Object) false;
              });
      var winch = signal.getConstructor(String.class).newInstance("WINCH");
      signal.getMethod("handle", signal, handler).invoke(null, winch, proxy);
    } catch (ReflectiveOperationException | IllegalArgumentException e) {
      if (e instanceof InvocationTargetException && System.getenv("REGROW_DEBUG") != null) {
        e.printStackTrace();
      }
    }
  }

  private static String stty(List<String> words) throws IOException {
    var command = new ArrayList<>(List.of("stty"));
    command.addAll(words);
    var process =
        new ProcessBuilder(command).redirectInput(TERMINAL).redirectErrorStream(true).start();
    var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      if (!process.waitFor(SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
        throw new IOException("stty " + String.join(" ", words) + ": " + said.strip());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
    return said;
  }

  private void restore() {
    if (!restored.getAndSet(true)) {
      try {
        stty(List.of(before));
      } catch (IOException e) {
        System.err.println("regrow: the terminal is not as it was; type: stty sane");
      }
    }
  }

  @Override
  public void close() {
    restore();
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException ending) {
      return; // It runs already.
    }
  }
}
