package dev.regrow.chaos.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Reads /proc/PID; see proc(5). */
public final class Proc {

  private static final long CLOCK_TICKS_PER_SECOND = 100; // USER_HZ, fixed on Linux.

  private Proc() {}

  /**
   * Who a pid is: a recycled pid has another start time.
   *
   * @param startTicks since boot, in clock ticks
   */
  public record Identity(long pid, long startTicks) {}

  /** Empty when there is no such process, or only its zombie. */
  public static Optional<Identity> identity(long pid) {
    return stat(pid)
        .filter(fields -> !"Z".equals(fields[0]) && !"X".equals(fields[0]))
        .map(fields -> new Identity(pid, Long.parseLong(fields[19])));
  }

  /** Whether exactly this process still lives. */
  public static boolean alive(Identity identity) {
    return identity(identity.pid()).filter(identity::equals).isPresent();
  }

  /** User and system time of a process and its threads, in milliseconds. */
  public static long cpuMillis(long pid) {
    return stat(pid)
        .map(fields -> (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) * 1000)
        .map(ticks -> ticks / CLOCK_TICKS_PER_SECOND)
        .orElse(0L);
  }

  /** Resident memory in bytes; 0 when it is gone. */
  public static long rssBytes(long pid) {
    return kibibytes(Path.of("/proc", Long.toString(pid), "status"), "VmRSS:") * 1024;
  }

  /** Proportional share of memory in bytes; 0 when it is gone. */
  public static long pssBytes(long pid) {
    return kibibytes(Path.of("/proc", Long.toString(pid), "smaps_rollup"), "Pss:") * 1024;
  }

  /** The parent's pid; 0 when it is gone. */
  public static long parent(long pid) {
    return stat(pid).map(fields -> Long.parseLong(fields[1])).orElse(0L);
  }

  /** The fields of /proc/PID/stat from the state on (field 3 of proc(5) is element 0). */
  private static Optional<String[]> stat(long pid) {
    return read(Path.of("/proc", Long.toString(pid), "stat"))
        .map(text -> text.substring(text.lastIndexOf(')') + 2).split(" "));
  }

  private static long kibibytes(Path file, String key) {
    return read(file).stream()
        .flatMap(String::lines)
        .filter(line -> line.startsWith(key))
        .map(line -> line.replaceAll("[^0-9]", ""))
        .mapToLong(Long::parseLong)
        .findFirst()
        .orElse(0);
  }

  private static Optional<String> read(Path file) {
    try {
      return Optional.of(Files.readString(file));
    } catch (IOException gone) {
      return Optional.empty();
    }
  }
}
