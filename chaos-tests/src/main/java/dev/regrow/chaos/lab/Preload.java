package dev.regrow.chaos.lab;

import dev.regrow.chaos.cluster.LocalNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * What a node's JVM is told of its wall clock and of its disk, other than they are, by a library
 * that is loaded before the C library's own (preload.c). Told what to do by a file that both have
 * open, so it changes at once, without a restart, and survives one.
 */
public final class Preload {

  private static final int CLOCK_BY = 0;
  private static final int CLOCK_GAINS = 8;
  private static final int CLOCK_SINCE = 16;
  private static final int SYNC_DELAY = 24;
  private static final int FAILING = 32;
  private static final int READ_ONLY = 40;
  private static final int NOTING = 48;
  private static final int TOLD_BYTES = 64;
  private static final int NOTES = 4096;
  private static final int NOTE_BYTES = 64;
  private static final List<String> OF_ONE_BOOT = List.of("host-etc", "images");
  private static final int OF_PERCENT = 10;

  private final Path library;
  private final Path file;
  private final Path disk;

  private Preload(Path library, Path file, Path disk) {
    this.library = library;
    this.file = file;
    this.disk = disk;
  }

  /**
   * @param library the folder for the library, shared
   * @param own a folder for the file
   * @param disk the folder that is taken for a disk of its own
   */
  static Preload make(Path library, Path own, Path disk) {
    Path file = own.resolve("told");
    try {
      Files.write(file, new byte[TOLD_BYTES + NOTES * NOTE_BYTES]);
    } catch (IOException e) {
      throw new UncheckedIOException("write " + file, e);
    }
    return new Preload(Resources.program("preload.so", library), file, disk);
  }

  /** From the node's next start on; what was written and not synced is noted. */
  void under(LocalNode node) {
    variables().forEach(node::withVariable);
    tell(NOTING, 1);
  }

  /** Of a program that is told the same. */
  Map<String, String> variables() {
    return Map.of(
        "LD_PRELOAD", library.toString(),
        "REGROW_CHAOS_TOLD", file.toString(),
        "REGROW_CHAOS_DISK", disk.toString());
  }

  /** The wall clock is wrong by this; 0: it is right. */
  public void clockBy(Duration by) {
    tell(CLOCK_BY, by.toNanos());
  }

  /** The wall clock gains from now on so much a second, which may be negative; 0: it is right. */
  public void clockGains(Duration aSecond) {
    tell(CLOCK_GAINS, 0);
    tell(CLOCK_SINCE, System.nanoTime()); // CLOCK_MONOTONIC, as preload.c reads it.
    tell(CLOCK_GAINS, aSecond.toNanos());
  }

  /** Each wait for the disk takes so much longer; 0: as ever. */
  public void slow(Duration by) {
    tell(SYNC_DELAY, TimeUnit.NANOSECONDS.toMicros(by.toNanos()));
  }

  /** So many of a hundred writes and waits fail with EIO. */
  public void failing(long percent) {
    tell(FAILING, percent * OF_PERCENT);
  }

  /** Nothing can be written: EROFS. */
  public void readOnly(boolean is) {
    tell(READ_ONLY, is ? 1 : 0);
  }

  private void tell(int at, long value) {
    var bytes = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(0, value);
    try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.write(bytes, at);
    } catch (IOException e) {
      throw new UncheckedIOException("write " + file, e);
    }
  }

  /**
   * Takes away what was written and not synced, as a power cut may: bytes that were appended or
   * written over zeros. What a node uses in the boot that it wrote it in only is left, since the
   * machine of a lab boots with the one that it is on. To be called when nothing runs on it.
   *
   * @return the files that lost something, each with how much
   */
  public List<String> loseUnsynced() {
    var lost = new ArrayList<String>();
    try {
      var bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
      var files = filesByInode();
      for (int i = 0; i < NOTES; i++) {
        var note = Note.read(bytes, TOLD_BYTES + i * NOTE_BYTES);
        Path of = files.get(note.inode());
        if (note.inode() != 0 && of != null) {
          note.applyTo(of).ifPresent(lost::add);
        }
      }
      forgetNotes();
    } catch (IOException e) {
      throw new UncheckedIOException("take away what was not synced of " + disk, e);
    }
    return lost;
  }

  private Map<Long, Path> filesByInode() throws IOException {
    var files = new HashMap<Long, Path>();
    try (var all = Files.walk(disk)) {
      for (Path each : all.filter(Files::isRegularFile).filter(this::outlivesBoot).toList()) {
        files.put((Long) Files.getAttribute(each, "unix:ino"), each);
      }
    }
    return files;
  }

  private boolean outlivesBoot(Path file) {
    return OF_ONE_BOOT.stream().noneMatch(each -> file.startsWith(disk.resolve(each)));
  }

  /** Whoever writes next begins with none. */
  void forgetNotes() {
    try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.allocate(NOTES * NOTE_BYTES), TOLD_BYTES);
    } catch (IOException e) {
      throw new UncheckedIOException("write " + file, e);
    }
  }

  private record Note(long inode, long syncedSize, long low, long high) {

    static Note read(ByteBuffer bytes, int at) {
      return new Note(
          bytes.getLong(at + 8),
          bytes.getLong(at + 16),
          Math.min(bytes.getLong(at + 24), bytes.getLong(at + 40)),
          Math.max(bytes.getLong(at + 32), bytes.getLong(at + 48)));
    }

    Optional<String> applyTo(Path file) throws IOException {
      long size = Files.size(file);
      long until = Math.min(high, Math.min(size, syncedSize));
      try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
        if (low < until) {
          channel.write(ByteBuffer.allocate((int) (until - low)), low);
        }
        if (low < high && size > syncedSize) {
          channel.truncate(syncedSize);
        }
      }
      long gone = Math.max(0, until - low) + Math.max(0, low < high ? size - syncedSize : 0);
      return gone == 0
          ? Optional.empty()
          : Optional.of("%d bytes of %s".formatted(gone, file.getFileName()));
    }
  }
}
