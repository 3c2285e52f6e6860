package dev.regrow.runtime.state;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** What /proc says (proc(5)). */
public final class ProcFs {

  private static final Path PROC = Path.of("/proc");
  private static final int START_TIME_AFTER_NAME = 20;

  private ProcFs() {}

  /** Of this boot of the kernel. */
  public static String bootId() {
    return text("sys/kernel/random/boot_id").trim();
  }

  /**
   * A whole file of /proc. {@link Files#readString} must not be used for it: these files say that
   * they are empty, so it asks for one byte first, and those below /proc/sys answer only the first
   * read.
   *
   * @param file below /proc
   */
  public static String text(String file) {
    try (var stream = new FileInputStream(PROC.resolve(file).toFile())) {
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The host's number of user 0 in the user namespace of a process; its first line counts, and ours
   * have one.
   *
   * @throws UncheckedIOException if there is no such process
   */
  public static int idBase(int pid) {
    return Integer.parseInt(text(pid + "/uid_map").trim().split("\\s+", -1)[1]);
  }

  /**
   * @return clock ticks since boot; -1 if there is no such process
   */
  public static long startTicks(int pid) {
    try {
      var stat = Files.readAllBytes(PROC.resolve(Integer.toString(pid)).resolve("stat"));
      return startTicks(new String(stat, StandardCharsets.ISO_8859_1));
    } catch (IOException e) {
      return -1;
    }
  }

  /** Field 22; the name in field 2 may hold blanks and brackets of its own. */
  static long startTicks(String stat) {
    var fields = stat.substring(stat.lastIndexOf(')') + 1).trim().split(" ", -1);
    return Long.parseLong(fields[START_TIME_AFTER_NAME - 1]);
  }
}
