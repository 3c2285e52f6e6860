package dev.regrow.chaos.lab;

import dev.regrow.chaos.cluster.LocalNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A disk that takes its time: the C library's fsync and fdatasync of a node's JVM wait before they
 * ask the kernel, for as long as a file is there. Without FUSE and without a device of its own no
 * disk can be made slow from below.
 */
public final class SlowDisk {

  private static final String SOURCE =
      """
      #define _GNU_SOURCE
      #include <stdlib.h>
      #include <sys/syscall.h>
      #include <unistd.h>
      static void wait_if_told(void) {
        const char *told = getenv("REGROW_CHAOS_SLOW");
        if (told && access(told, F_OK) == 0) usleep(500000);
      }
      int fsync(int fd) { wait_if_told(); return (int) syscall(SYS_fsync, fd); }
      int fdatasync(int fd) { wait_if_told(); return (int) syscall(SYS_fdatasync, fd); }
      """;

  private final Path library;
  private final Path told;

  private SlowDisk(Path library, Path told) {
    this.library = library;
    this.told = told;
  }

  /** Compiles what waits. */
  public static SlowDisk make(Path folder) {
    try {
      Path source = Files.writeString(folder.resolve("slow-disk.c"), SOURCE);
      Path library = folder.resolve("slow-disk.so");
      Tool.run(
          List.of("gcc", "-shared", "-fPIC", "-O1", "-o", library.toString(), source.toString()),
          "");
      return new SlowDisk(library, folder.resolve("slow-disk.on"));
    } catch (IOException e) {
      throw new UncheckedIOException("write to " + folder, e);
    }
  }

  /** From the node's next start on its disk can be slowed down. */
  public void under(LocalNode node) {
    node.withVariable("LD_PRELOAD", library.toString());
    node.withVariable("REGROW_CHAOS_SLOW", told.toString());
  }

  /** Each wait for the disk takes 500 ms more, until {@link #fast}. */
  public void slow() {
    try {
      Files.createFile(told);
    } catch (IOException e) {
      throw new UncheckedIOException("make " + told, e);
    }
  }

  public void fast() {
    try {
      Files.deleteIfExists(told);
    } catch (IOException e) {
      throw new UncheckedIOException("delete " + told, e);
    }
  }
}
