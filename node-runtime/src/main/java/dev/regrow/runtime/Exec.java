package dev.regrow.runtime;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A further command in a running instance, confined as that is; see {@link RunningInstance}. */
public interface Exec {

  /**
   * What to run.
   *
   * @param arguments the program first
   * @param terminal its size; null: pipes instead of a terminal
   * @param files whether it copies files; then there is no terminal
   */
  record Command(List<String> arguments, @Nullable Window terminal, Files files) {
    public Command {
      arguments = List.copyOf(arguments);
    }

    public Command(List<String> arguments, @Nullable Window terminal) {
      this(arguments, terminal, Files.NONE);
    }

    /** Writes the files of a path to its output, as entries; see docs/shim-protocol.md. */
    public static Command givingFiles(String path) {
      return new Command(List.of(path), null, Files.GIVE);
    }

    /**
     * Makes files of such entries in its input.
     *
     * @param path a directory that they go into, or what the first is to be called
     * @param name of the first in such a directory
     */
    public static Command takingFiles(String path, String name) {
      return new Command(List.of(path, name), null, Files.TAKE);
    }
  }

  /** Whether it is no program at all, but a copy. */
  enum Files {
    NONE,
    GIVE,
    TAKE
  }

  /**
   * @param rows 0..65535, as are columns; 0: not known
   */
  record Window(int rows, int columns) {}

  /** Where it writes to. A terminal is all output. */
  enum Stream {
    OUTPUT,
    ERROR
  }

  /** Learns what becomes of it, on threads of the runtime. */
  interface Listener {

    /**
     * Some of what it wrote; calls for one stream never overlap. May block: it is not read on
     * meanwhile.
     *
     * @return false: no more is wanted
     */
    boolean onOutput(Stream stream, byte[] bytes);

    /** {@link Session#isFull} is false again. */
    void onRoom();

    /**
     * All of its processes are gone, and all that they wrote was told; the last call.
     *
     * @param code 0..255; 128 + n when signal n killed it
     */
    void onExit(int code);
  }

  /** One that runs. Its methods do not block. */
  interface Session extends AutoCloseable {

    /** For its standard input. What comes after its end goes nowhere. */
    void input(byte[] bytes);

    /** Whether it reads more slowly than it is given: nothing more should be, for now. */
    boolean isFull();

    /** No more input comes; a terminal is told so by Ctrl-D. */
    void endInput();

    /** Without effect if it has no terminal. */
    void resize(Window window);

    /** Kills it, and all that it has started, if anything is left. Idempotent. */
    @Override
    void close();
  }

  /** The program is not there, or is none. */
  final class CannotRun extends RuntimeFailure {
    private static final long serialVersionUID = 1L;

    /** What shells exit with then. */
    public static final int NOT_FOUND = 127;

    public static final int NOT_EXECUTABLE = 126;

    private final int code;

    public CannotRun(int code, String message) {
      super(message, false);
      this.code = code;
    }

    public int code() {
      return code;
    }
  }
}
