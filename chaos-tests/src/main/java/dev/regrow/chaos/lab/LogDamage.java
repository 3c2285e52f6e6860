package dev.regrow.chaos.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.Stream;

/** What happens to the store of a server that does not run. */
public enum LogDamage {
  /** All of it is gone. */
  WIPED {
    @Override
    void to(Path store) throws IOException {
      deleteTree(store);
    }
  },
  /** The last log ends after a few entries. */
  TRUNCATED {
    @Override
    void to(Path store) throws IOException {
      var log = lastLog(store);
      Files.write(log, Arrays.copyOf(Files.readAllBytes(log), HEAD_BYTES));
    }
  },
  /** One bit of it, in its first entries, is not as it was written. */
  FLIPPED {
    @Override
    void to(Path store) throws IOException {
      var log = lastLog(store);
      byte[] content = Files.readAllBytes(log);
      content[FLIPPED_AT] ^= 4;
      Files.write(log, content);
    }
  };

  private static final int HEAD_BYTES = 300;
  private static final int FLIPPED_AT = 200;

  abstract void to(Path store) throws IOException;

  /** To be done while nothing of the node runs. */
  public void to(Machine machine) {
    try {
      to(store(machine));
    } catch (IOException e) {
      throw new UncheckedIOException("damage the disk of " + machine, e);
    }
  }

  /**
   * How far its log goes, as noted beside it every few seconds; a log that ends before is known to
   * be damaged. 0: not noted yet.
   */
  public static long noted(Machine machine) {
    try {
      return ByteBuffer.wrap(Files.readAllBytes(store(machine).resolve("pace"))).getLong(0);
    } catch (IOException notYet) {
      return 0;
    }
  }

  /** The index of the first entry of its last log. */
  static long lastLogBegins(Machine machine) {
    try {
      return begins(lastLog(store(machine)));
    } catch (IOException e) {
      throw new UncheckedIOException("look for the log of " + machine, e);
    }
  }

  private static Path store(Machine machine) {
    return machine.jvm().data().resolve("store");
  }

  private static Path lastLog(Path store) throws IOException {
    try (Stream<Path> files = Files.walk(store)) {
      return files
          .filter(file -> file.getFileName().toString().startsWith("log_"))
          .max(Comparator.comparingLong(LogDamage::begins))
          .orElseThrow(() -> new IOException("no log below " + store));
    }
  }

  private static long begins(Path log) {
    var name = log.getFileName().toString().replace("inprogress_", "");
    return Long.parseLong(name.split("[_-]", -1)[1]);
  }

  private static void deleteTree(Path tree) throws IOException {
    try (Stream<Path> files = Files.walk(tree)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
