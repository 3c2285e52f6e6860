package dev.regrow.cli.local;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A living JVM of one of our nodes, by pid and start time: a pid alone may be anybody's by now.
 *
 * @param startTime field 22 of /proc/PID/stat, in clock ticks since boot
 */
record NodeProcess(long pid, long startTime) {
  private static final Path PROC = Path.of("/proc");
  static final String MAIN_CLASS = "dev.regrow.gateway.NodeMain";

  /** The process with that pid, if it is a node with that data. */
  static Optional<NodeProcess> of(Path proc, long pid, Path data) {
    try {
      var folder = proc.resolve(Long.toString(pid));
      long startTime =
          startTime(Files.readString(folder.resolve("stat"), StandardCharsets.ISO_8859_1));
      var arguments = arguments(Files.readAllBytes(folder.resolve("cmdline")));
      return isNodeOf(arguments, data)
          ? Optional.of(new NodeProcess(pid, startTime))
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty(); // It has just ended.
    }
  }

  static Optional<NodeProcess> of(long pid, Path data) {
    return of(PROC, pid, data);
  }

  /** Whichever process is a node with that data. */
  static Optional<NodeProcess> find(Path data) {
    return find(PROC, data);
  }

  static Optional<NodeProcess> find(Path proc, Path data) {
    try (Stream<Path> entries = Files.list(proc)) {
      return entries
          .map(entry -> entry.getFileName().toString())
          .filter(name -> name.chars().allMatch(c -> c >= '0' && c <= '9'))
          .map(name -> of(proc, Long.parseLong(name), data))
          .flatMap(Optional::stream)
          .findFirst();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException("cannot list " + proc, e);
    }
  }

  /** Whether it lives still, and is not another with the same pid. */
  boolean lives() {
    try {
      var stat =
          Files.readString(
              PROC.resolve(Long.toString(pid)).resolve("stat"), StandardCharsets.ISO_8859_1);
      return startTime(stat) == startTime && state(stat) != 'Z';
    } catch (IOException e) {
      return false;
    }
  }

  /** Asks it to end, unless it is another process by now. */
  void terminate() {
    handle().ifPresent(ProcessHandle::destroy);
  }

  /** Ends it, unless it is another process by now. */
  void kill() {
    handle().ifPresent(ProcessHandle::destroyForcibly);
  }

  /** Taken before the check: it remembers the start time, and signals nobody else. */
  private Optional<ProcessHandle> handle() {
    return ProcessHandle.of(pid).filter(handle -> lives());
  }

  static List<String> arguments(byte[] commandLine) {
    var arguments = new ArrayList<String>();
    int from = 0;
    for (int i = 0; i < commandLine.length; i++) {
      if (commandLine[i] == 0) {
        arguments.add(new String(commandLine, from, i - from, StandardCharsets.UTF_8));
        from = i + 1;
      }
    }
    return arguments;
  }

  private static boolean isNodeOf(List<String> arguments, Path data) {
    int main = arguments.indexOf(MAIN_CLASS);
    if (main < 0) {
      return false;
    }
    var own = arguments.subList(main + 1, arguments.size());
    int at = own.indexOf("--data");
    if (at >= 0 && at + 1 < own.size()) {
      return Path.of(own.get(at + 1)).normalize().equals(data.normalize());
    }
    return own.contains("--data=" + data);
  }

  /** Field 22; the name before it may hold blanks and brackets. */
  static long startTime(String stat) throws IOException {
    var rest = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    if (rest.length < 20) {
      throw new IOException("a stat of " + rest.length + " fields");
    }
    return Long.parseLong(rest[19]);
  }

  private static char state(String stat) {
    return stat.charAt(stat.lastIndexOf(')') + 2);
  }
}
