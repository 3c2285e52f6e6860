package dev.regrow.chaos.lab;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A machine's disk that is small enough to be filled: a tmpfs, gone with the lab. */
public final class SmallDisk {

  private static final int CHUNK_BYTES = 1 << 16;

  private final Path disk;
  private final Path filler;

  private SmallDisk(Path disk) {
    this.disk = disk;
    this.filler = disk.resolve("filler");
  }

  /** Laid under a machine's data, before its node starts for the first time. */
  public static SmallDisk under(Machine machine, int mebibytes) {
    Path disk = machine.jvm().data();
    try {
      Files.createDirectories(disk);
    } catch (IOException e) {
      throw new UncheckedIOException("make " + disk, e);
    }
    var size = "size=" + mebibytes + "m,mode=700";
    Tool.run(List.of("mount", "-t", "tmpfs", "-o", size, "regrow-chaos", disk.toString()), "");
    return new SmallDisk(disk);
  }

  /** To the last byte; what is given free meanwhile is taken, too, if it is called again. */
  public void fill() {
    byte[] chunk = new byte[CHUNK_BYTES];
    try (OutputStream out =
        Files.newOutputStream(
            filler,
            java.nio.file.StandardOpenOption.CREATE,
            java.nio.file.StandardOpenOption.APPEND)) {
      while (true) {
        out.write(chunk);
      }
    } catch (IOException full) {
      if (!String.valueOf(full.getMessage()).contains("No space left")) {
        throw new UncheckedIOException("fill " + disk, full);
      }
    }
  }

  public void empty() {
    try {
      Files.deleteIfExists(filler);
    } catch (IOException e) {
      throw new UncheckedIOException("delete " + filler, e);
    }
  }
}
